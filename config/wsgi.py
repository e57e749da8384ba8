"""The WSGI application gunicorn serves.

It refuses to serve under a database role that could step over row-level security (A.9).

gunicorn loads it before it forks its workers (``--preload``). So every page's code is loaded here,
once, instead of in each worker at its first request, and marked as not to be looked through by the
garbage collector, which would write into the pages of memory the workers share.
"""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from portal.tenancy.checks import refusal_to_serve  # noqa: E402 (needs the apps)

if refusal := refusal_to_serve():
    # gunicorn's code for an application that cannot start: it gives up instead of trying again.
    sys.stderr.write(f"The portal does not start. {refusal}\n")
    sys.exit(4)

get_resolver().url_patterns  # noqa: B018 (reading it loads all views, forms and serializers)
gc.collect()
gc.freeze()
