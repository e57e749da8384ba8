"""The WSGI application gunicorn serves.

It refuses to serve under a database role that could step over row-level security (A.9).
"""

import os
import sys

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from portal.tenancy.checks import refusal_to_serve  # noqa: E402 (needs the apps)

if refusal := refusal_to_serve():
    # gunicorn's code for an application that cannot start: it gives up instead of trying again.
    sys.stderr.write(f"The portal does not start. {refusal}\n")
    sys.exit(4)
