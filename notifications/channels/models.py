"""By which channels people are told, when the exchange is quiet, and whom programs tell.

A rule is the exchange's, a preference a person's; both are rows only where they differ from what
the catalogue says, so an exchange without a row works like one that was founded today.
"""

from notifications.channels.choices import ChannelRule as ChannelRule
from notifications.channels.choices import Preference as Preference
from notifications.channels.choices import QuietHours as QuietHours
from notifications.channels.hooks import Webhook as Webhook
from notifications.channels.hooks import WebhookAttempt as WebhookAttempt
from notifications.channels.hooks import WebhookDelivery as WebhookDelivery
