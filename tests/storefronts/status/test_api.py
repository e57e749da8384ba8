"""One's own storefront applications through the API (SF-05…SF-08)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.api import tokens
from portal.api.tokens import Issued
from storefronts.models import InformationItem
from storefronts.status.endings import withdraw
from storefronts.table import PENDING, WITHDRAWN
from tests.storefronts.status.ground import applied, asked, picture
from tests.world import World
