"""All settings, read from the environment. docs/operations.md lists every variable.

Without any variable set, this is the embedded default: SQLite and files under var/, mail to files, work in the process.
`DDCI_MODE=production` removes every default that would be unsafe there.
"""

import json
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from jinja2 import FileSystemLoader, PrefixLoader

from ddci.core.crypto import secret_kept_in_file
from ddci.core.logs import drop_secrets_from_records

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("DDCI_VAR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

MODE = env.str("DDCI_MODE", default="embedded")
if MODE not in {"embedded", "production"}:
    raise ImproperlyConfigured("DDCI_MODE must be 'embedded' or 'production'.")
PRODUCTION = MODE == "production"
DEBUG = False


def _secret(name: str) -> str:
    """A secret from the environment; in embedded mode one made on first use and kept in var/, readable by the owner
    only.
    """
    value = env.str(name, default="")
    if value:
        return str(value)
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set in production; it has no default.")
    return secret_kept_in_file(VAR_DIR / f"{name.lower()}.key")


SECRET_KEY = _secret("SECRET_KEY")
# Links and printed codes of respondents are derived from this key; it must never be stored beside the database.
INVITATION_KEY = _secret("INVITATION_KEY")
# Addresses that want no messages are kept as hashes made with this key, for ever: it must not change with the others.
OPT_OUT_KEY = env.str("OPT_OUT_KEY", default=SECRET_KEY)

ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")

# What one try of a key holder's passphrase costs (Argon2id): passes over the memory, bytes of memory.
PASSPHRASE_COST = (3, 256 * 1024 * 1024)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_htmx",
    "ddci",
    "accounts",
    "surveys",
    "scoring",
    "reports",
]

MIDDLEWARE = [
    "ddci.core.middleware.request_log",
    "ddci.core.middleware.codes_stay_here",
    "django.middleware.security.SecurityMiddleware",
    "ddci.core.middleware.gzip_quickly",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "ddci.core.doors.ClosedDoors",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ddci.core.middleware.refusals_become_pages",
]

ROOT_URLCONF = "ddci.urls"
WSGI_APPLICATION = "ddci.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "OPTIONS": {
            "environment": "ddci.core.jinja.environment",
            "loader": PrefixLoader({"answering": FileSystemLoader(BASE_DIR / "templates" / "answering")}),
            "auto_reload": False,
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

# --- database -------------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'ddci.sqlite3'}")
if PRODUCTION and not env.str("DATABASE_URL", default=""):
    raise ImproperlyConfigured("DATABASE_URL must be set in production.")
_database: dict[str, Any] = environ.Env.db_url_config(DATABASE_URL)
if _database["ENGINE"].endswith("sqlite3"):
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000; "
            "PRAGMA mmap_size=134217728; PRAGMA cache_size=-16000; "
            # Drafts and the order in which answers came must not be readable in the free pages of the file.
            "PRAGMA secure_delete=ON;"
        ),
    }
else:
    # While the database is away, a visitor hears so after five seconds; what it leaves behind in the pool is noticed.
    _database["OPTIONS"] = {"pool": {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=16), "timeout": 5}}
    _database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- work behind the request, cache, files, mail --------------------------------------------------------------------
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
# Jobs run in the caller itself instead of a thread: for commands and tests that must see the end.
JOBS_INLINE = env.bool("JOBS_INLINE", default=False)
CACHE_URL = env.str("CACHE_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
        if CACHE_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "ddci"}
    )
}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("DDCI_FILES", default=str(VAR_DIR / "files")), "base_url": None},
    },
    "staticfiles": {"BACKEND": "ddci.core.files.PackedFiles"},
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_PERMISSIONS = 0o600

_mail = environ.Env.email_url_config(env.str("EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}"))
EMAIL_BACKEND = _mail.get("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_HOST, EMAIL_PORT = _mail.get("EMAIL_HOST", ""), _mail.get("EMAIL_PORT") or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.get("EMAIL_HOST_USER", ""), _mail.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="DDCI <ddci@localhost>")
EMAIL_TIMEOUT = 30
# Where undeliverable mail goes; with a name for each message (bounces+…@), if the mail server knows such addresses.
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_NAMED = env.bool("BOUNCE_NAMED", default=True)
# Messages a minute: by e-mail to one domain, over a gateway altogether.
PER_MINUTE = {
    "email": env.int("EMAIL_PER_MINUTE", default=60),
    "sms": env.int("SMS_PER_MINUTE", default=60),
    "zalo": env.int("ZALO_PER_MINUTE", default=60),
}


def _gateway(name: str, value: str) -> dict[str, Any]:
    """Where SMS or Zalo messages go: "file" (trying out), or a JSON file that describes a gateway."""
    facts: dict[str, Any] = {"address": "", "template": {"to": "{to}", "text": "{text}", "id": "{id}"}}
    if value == "file":
        if PRODUCTION:
            raise ImproperlyConfigured(f"{name} must not be a file of messages in production: it would hold codes.")
        return {**facts, "address": "file"}
    try:
        return {**facts, **json.loads(Path(value).read_text(encoding="utf-8"))} if value else facts
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name} must name a readable JSON file.") from error


GATEWAYS = {
    "sms": _gateway("SMS_GATEWAY", env.str("SMS_GATEWAY", default="" if PRODUCTION else "file")),
    "zalo": _gateway("ZALO_GATEWAY", env.str("ZALO_GATEWAY", default="" if PRODUCTION else "file")),
}
# Gateways send delivery reports with this word in `Authorization: Bearer …`; without it none are taken.
REPORT_TOKEN = env.str("REPORT_TOKEN", default="")

# --- language and place ---------------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["ddci.formats"]
USE_I18N = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# --- static files ---------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
if not PRODUCTION:
    STORAGES["staticfiles"] = {"BACKEND": "ddci.core.files.PlainFiles"}
    WHITENOISE_AUTOREFRESH = False
    WHITENOISE_MAX_AGE = 3600

# --- who signs in ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "staff:home"
LOGOUT_REDIRECT_URL = "public:home"
ACCOUNT_ADAPTER = "accounts.web.adapter.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[DDCI] "
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "DDCI"
# Managers write the addresses of their staff; nobody claims one, so there is nothing to verify before a second step.
MFA_ALLOW_UNVERIFIED_EMAIL = True

# --- safety ---------------------------------------------------------------------------------------------------------
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "ddci.core.pages.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- API ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["ddci.core.rest.ReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "ddci.core.rest.Pages",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.URLPathVersioning",
    "ALLOWED_VERSIONS": ["v1"],
    "DEFAULT_VERSION": "v1",
    "EXCEPTION_HANDLER": "ddci.core.rest.refusal_response",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": env.str("API_RATE", default="600/min")},
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DDCI API",
    "DESCRIPTION": "Published results of the Department and District Competitiveness Index. Read only.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]",
}

# --- logs -----------------------------------------------------------------------------------------------------------
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_secrets": {"()": drop_secrets_from_records}},
    "formatters": {"plain": {"format": "%(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["no_secrets"]}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        "ddci": {"level": env.str("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")},
    },
}
