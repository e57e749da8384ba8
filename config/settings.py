"""Settings of the portal: one module, shaped by the environment.

Everything that differs between machines comes from the environment or from the state folder
(:mod:`config.services`); everything that differs between exchanges is a row in the database
(T-08). ``LIAISON_TESTING=1`` is set by the test plugin alone.
"""

import os
from pathlib import Path

import environ

from config import services

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

TESTING = env.bool("LIAISON_TESTING", default=False)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = services.secret("django_secret_key")
#: Fernet keys for encrypted fields and files, newest first; the first encrypts, all decrypt.
FIELD_KEYS: list[str] = services.field_keys()
VERSION = "0.1.0"

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
#: Where finders of a weakness write to, as a URI; shown in /.well-known/security.txt.
SECURITY_CONTACT = env("SECURITY_CONTACT", default="mailto:security@liaison.example")
#: Where links in mail point to; never taken from a request's Host header.
PUBLIC_URL = env("PUBLIC_URL", default=f"http://localhost:{env('PORT', default='8000')}")
#: Behind a TLS-terminating proxy (any real deployment) this is on; the demo on a bare loopback
#: port cannot have Secure cookies everywhere, so it follows PUBLIC_URL.
HTTPS = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "config",
    "portal.ui",
    "portal.tenancy",
    "portal.ledger",
    "portal.documents",
    "portal.clocks",
    "portal.consumers",
    "portal.casework",
    "portal.home",
    "portal.book",
    "portal.help_requests",
    "portal.toolkits",
    "portal.delegations",
    "portal.oversight",
    "portal.reports",
    "portal.api",
    "portal.reference",
    "escalations.releases",
    "escalations.letters",
    "escalations.tickets",
    "escalations.producers",
    "escalations.appeals",
    "escalations.tiers",
    "escalations.constituent",
    "retention",
    "storefronts",
    "notifications",
    "notifications.channels",
    "notifications.mailbox",
    "notifications.summaries",
    "notifications.briefings",
    "notifications.inbound",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "guardian",
    "django_celery_beat",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "csp",
    "pgtrigger",
    "pghistory",
]

# Single sign-on exists only where it is configured: JSON in the environment, one entry per
# identity provider, in the shape django-allauth documents for its APPS setting.
SOCIALACCOUNT_PROVIDERS = {}
for _provider, _variable in (("openid_connect", "OIDC_APPS"), ("saml", "SAML_APPS")):
    if _apps := env.json(_variable, default=[]):
        INSTALLED_APPS.append(f"allauth.socialaccount.providers.{_provider}")
        SOCIALACCOUNT_PROVIDERS[_provider] = {"APPS": _apps}

MIDDLEWARE = [
    "portal.ui.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.tenancy.middleware.SessionLimitsMiddleware",
    "portal.tenancy.middleware.ExchangeTransactionMiddleware",
    "portal.tenancy.middleware.SignInRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.tenancy.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.ui.middleware.PrivatePagesMiddleware",
    "portal.ui.middleware.StorableAddressMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.ui.context_processors.page",
            ]
        },
    }
]
FORM_RENDERER = "portal.ui.forms.UswdsRenderer"

# --- The database is the record; the application logs in as a role that owns nothing. ---------
DATABASES = {
    "default": services.database_settings(
        "owner" if env("LIAISON_DB_ROLE", default="app") == "owner" else "app"
    )
}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
#: The role the application logs in as; migrations grant it its rights.
APP_DATABASE_ROLE = services.database_settings("app")["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": services.redis_url(0),
        # Everything works without the cache, but a page must not wait long to find that out.
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- People and sessions (AC-11, AC-12; T-02) -------------------------------------------------
AUTH_USER_MODEL = "tenancy.Person"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 15},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "portal.tenancy.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_IDLE_SECONDS = 15 * 60
SESSION_IDLE_WARNING_SECONDS = 60
SESSION_ABSOLUTE_SECONDS = 12 * 60 * 60
#: An account nobody has used for so long is switched off (AC-2(3)).
DORMANT_AFTER_DAYS = 60
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The port keeps two portals on one loopback address from signing each other out.
_cookie = "__Host-liaison" if HTTPS else f"liaison-{env('PORT', default='8000')}"
SESSION_COOKIE_NAME = f"{_cookie}-session"
CSRF_COOKIE_NAME = f"{_cookie}-csrf"
CSRF_FAILURE_VIEW = "portal.ui.views.csrf_failure"

GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None

ACCOUNT_ADAPTER = "notifications.account_adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "portal.tenancy.accounts.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Liaison"
MFA_PASSKEY_LOGIN_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_ONLY = False

# --- The browser's walls ----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
#: How many proxies of ours stand before the portal, each adding to X-Forwarded-For. It decides
#: whose requests are counted together; with 0 the header counts for nothing: anybody writes it.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=int(env.bool("BEHIND_PROXY", default=False)))
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if HTTPS:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health/"]
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- Files ------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = services.state_dir() / "static"
_node = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (name, path)
    for name, path in (
        ("uswds", _node / "@uswds" / "uswds" / "dist"),
        ("chartjs", _node / "chart.js" / "dist"),
        ("leaflet", _node / "leaflet" / "dist"),
        ("us-atlas", _node / "us-atlas"),
    )
    if path.is_dir()
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "documents": {
        "BACKEND": env("DOCUMENT_STORAGE", default="django.core.files.storage.FileSystemStorage"),
        "OPTIONS": env.json(
            "DOCUMENT_STORAGE_OPTIONS",
            default={"location": str(services.state_dir() / "documents")},
        ),
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if TESTING
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
WHITENOISE_MANIFEST_STRICT = True
DOCUMENT_MAX_BYTES = 10 * 1024 * 1024
DOCUMENT_DAILY_QUOTA_BYTES = 200 * 1024 * 1024
#: Unix socket or host:port of a clamd; when set, nothing is accepted unscanned (fails closed).
CLAMD_SOCKET = env("CLAMD_SOCKET", default="")
#: Uploaded feed files, until a worker has read them.
FEED_INBOX_DIR = Path(env("FEED_INBOX_DIR", default=str(services.state_dir() / "feeds")))
#: Where the ledger's heads are written, outside the database (AU-9).
LEDGER_ANCHOR_DIR = Path(env("LEDGER_ANCHOR_DIR", default=str(services.state_dir() / "anchors")))
#: Keys the anchors; keep it where the database's owner cannot read it.
LEDGER_ANCHOR_KEY = env("LEDGER_ANCHOR_KEY", default="") or services.secret("anchor_key")

# --- Words and time ---------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
#: Languages of the public finder, by their names for themselves. Another one needs a line here and
#: a catalogue (docs/how-to/translate-the-finder.md); every other page is English, since
#: no middleware chooses a language.
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "storefronts" / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

# --- Mail: real SMTP by configuration, otherwise kept for the demo's mail page ------------------
EMAIL_HOST = env("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_TIMEOUT = 20
#: Where texts to consumers are posted (notifications.texts); empty: they are kept here.
TEXT_GATEWAY_URL = env("TEXT_GATEWAY_URL", default="")
TEXT_GATEWAY_TOKEN = env("TEXT_GATEWAY_TOKEN", default="")
TEXT_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="no-reply@liaison.example")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST
    else "django.core.mail.backends.dummy.EmailBackend"
)

# --- Work in the background: the broker only wakes workers -------------------------------------
CELERY_BROKER_URL = services.broker_url(1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
# A broker that accepts and then is silent holds no page for ever. Workers ask it each second.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 330,
    "socket_connect_timeout": 3,
    "socket_timeout": 15,
}
# After an outage of any length workers and beat find back by themselves.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_ALWAYS_EAGER = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
#: How many days before a closed day everybody's bell says so (HO-06).
CLOSURE_NOTICE_DAYS = env.int("CLOSURE_NOTICE_DAYS", default=7)
#: Sent after a commit that filled the outbox; the schedule below finds what this one misses.
OUTBOX_TASK = "notifications.tasks.drain_outbox"
#: Cache key under which the worker shows that it works; read by ``config.health``.
WORKER_PULSE_KEY = "worker-pulse"
CELERY_BEAT_SCHEDULE = {
    "sweep-timers": {"task": "portal.casework.tasks.sweep_timers", "schedule": 60.0},
    "drain-outbox": {"task": OUTBOX_TASK, "schedule": 20.0},
    "announce-closed-days": {
        "task": "notifications.tasks.announce_closed_days",
        "schedule": 1800.0,
    },
    "send-briefings": {
        "task": "notifications.briefings.tasks.send_briefings",
        "schedule": 60.0,
    },
    "fetch-mail": {"task": "notifications.inbound.tasks.fetch_mail", "schedule": 60.0},
    "file-mail": {"task": "notifications.inbound.tasks.file_mail", "schedule": 30.0},
    "forget-mail": {"task": "notifications.inbound.tasks.forget_mail", "schedule": 86_400.0},
    "forget-mailbox": {
        "task": "notifications.mailbox.tasks.forget_mailbox",
        "schedule": 86_400.0,
    },
    "close-lapsed-releases": {
        "task": "escalations.releases.tasks.withdraw_lapsed_grants",
        "schedule": 300.0,
    },
    "end-dormant-accounts": {
        "task": "portal.tenancy.tasks.end_dormant_accounts",
        "schedule": 86_400.0,
    },
    "delete-unreferenced-files": {
        "task": "portal.documents.tasks.delete_unreferenced_files",
        "schedule": 86_400.0,
    },
    "forget-feed-files": {
        "task": "portal.consumers.tasks.forget_feed_files",
        "schedule": 86_400.0,
    },
    "close-past-plan-years": {
        "task": "retention.tasks.close_past_plan_years",
        "schedule": 3600.0,
    },
    "end-delegations-that-waited": {
        "task": "portal.delegations.tasks.end_what_waited",
        "schedule": 60.0,
    },
    "make-daily-summaries": {
        "task": "notifications.summaries.tasks.make_daily_summaries",
        "schedule": 300.0,
    },
    "forget-daily-summaries": {
        "task": "notifications.summaries.tasks.forget_daily_summaries",
        "schedule": 86_400.0,
    },
    "forget-webhook-deliveries": {
        "task": "notifications.channels.tasks.forget_deliveries",
        "schedule": 86_400.0,
    },
    "forget-api-answers": {"task": "portal.api.tasks.forget_answers", "schedule": 3600.0},
    "anchor-ledger": {"task": "portal.ledger.tasks.anchor_ledger", "schedule": 3600.0},
}

# --- API --------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["portal.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.permissions.HasActor"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "portal.api.parsers.StrictJSONParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.PortalSchema",
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.KeysetPagination",
    "PAGE_SIZE": 25,
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.TokenRateThrottle"],
    "NUM_PROXIES": TRUSTED_PROXIES,
    "DEFAULT_THROTTLE_RATES": {
        "token": env("API_RATE", default="600/min"),
        "finder": env("FINDER_RATE", default="120/min"),  # for each network address
    },
    "EXCEPTION_HANDLER": "portal.api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Liaison API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "DESCRIPTION": "Everything of the portal, for programs; docs/reference/api.md tells more.",
    "COMPONENT_SPLIT_REQUEST": True,
    # Choices that several rooms call alike, by names of their own.
    "ENUM_NAME_OVERRIDES": {
        "ContactChannelEnum": "escalations.tickets.models.ConsumerContact.Channel",
        "ContactOutcomeEnum": "escalations.tickets.models.ConsumerContact.Outcome",
        "CarrierChannelEnum": "escalations.tickets.models.CarrierRequest.Channel",
        "AppealChannelEnum": "escalations.appeals.models.AppealDetail.Channel",
        "DecisionOutcomeEnum": "escalations.appeals.models.Decision.Outcome",
        "HearingFormatEnum": "escalations.appeals.models.HearingFormat",
        "AnsweredByEnum": "storefronts.review.forms.AnsweredBy",
        "ToolkitKindEnum": "portal.toolkits.models.Kind",
        "ToolkitLanguageEnum": "portal.toolkits.models.Language",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.api.schema.finish",
    ],
}

# --- Logs: never a body, a name or a query string ----------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.db.backends": {"level": "WARNING"}},
}

PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

SILENCED_SYSTEM_CHECKS = [
    # Secure cookies, HSTS and the TLS redirect follow PUBLIC_URL; see HTTPS above.
    *([] if HTTPS else ["security.W004", "security.W008", "security.W012", "security.W016"]),
]
if TESTING:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
