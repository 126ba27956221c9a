"""All settings, in one file. Everything a deployment may differ in comes from the environment.

``.env.example`` lists the names. Helpers are typed (django-environ), so that a typing slip stops
the start instead of switching something off.
"""

import os
import secrets
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
env.read_env(BASE_DIR / ".env")


def secret_key() -> str:
    """SECRET_KEY from the environment, or one made once and kept in var/ (mode 600)."""
    if key := env.str("SECRET_KEY", default=""):
        return key
    path = VAR_DIR / "secret_key"
    if not path.exists():
        VAR_DIR.mkdir(exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(60))
    return path.read_text().strip()


# What a deployment chooses ---------------------------------------------------------------------

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
HTTPS = env.bool("HTTPS", default=not (DEBUG or DEMO))
SECRET_KEY = secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

SITE_NAME = env.str("SITE_NAME", default="Islet")
# Who knows guides that fit a text (forum/see_also.py): the dotted path of a function, or nothing.
SEE_ALSO = "guides.queries.search.see_also"
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
DEFAULT_COUNTRY = env.str("DEFAULT_COUNTRY", default="GB")
DIGITAL_CONSENT_AGE = env.int("DIGITAL_CONSENT_AGE", default=13)
# Who runs the site and answers for the data of its members: on receipts and in mails to guardians.
OPERATOR_NAME = env.str("OPERATOR_NAME", default=SITE_NAME)
OPERATOR_CONTACT = env.str("OPERATOR_CONTACT", default="")
OPERATOR_ADDRESS = env.str("OPERATOR_ADDRESS", default="")
OPERATOR_EMAIL = env.str("OPERATOR_EMAIL", default="")
OPERATOR_PHONE = env.str("OPERATOR_PHONE", default="")
# A site with a single admin. SOLO_ADMIN: what takes two is decided by one, and marked so for all to
# see. Or somebody outside is the second person, by a signed link to this address.
SOLO_ADMIN = env.bool("SOLO_ADMIN", default=False)
OUTSIDE_APPROVER_EMAIL = env.str("OUTSIDE_APPROVER_EMAIL", default="")
# How many reverse proxies of our own stand in front. 0: X-Forwarded-For is never believed.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
LEAVE_NOW_URL = env.str("LEAVE_NOW_URL", default="https://www.bbc.co.uk/weather")

# Where alerts go besides e-mail. Each address gets a POST without content, signed with the secret.
ALERT_WEBHOOK_URLS = env.list("ALERT_WEBHOOK_URL", default=[])
ALERT_WEBHOOK_SECRET = env.str("ALERT_WEBHOOK_SECRET", default="")
# After so many minutes without a look, all admins and the outside contact are told.
ALERT_SECOND_AFTER_MINUTES = env.int("ALERT_SECOND_AFTER_MINUTES", default=15)
OUTSIDE_CONTACT_EMAIL = env.str("OUTSIDE_CONTACT_EMAIL", default="")

# Django's own admin at /django-admin/, read only, for admins: off unless somebody needs it.
DJANGO_ADMIN = env.bool("DJANGO_ADMIN", default=False)
# Who can make a member's account: open, invited (only with a code), closed.
JOINING = env.str("JOINING", default="open")
if JOINING not in ("open", "invited", "closed"):
    raise ImproperlyConfigured("JOINING must be open, invited or closed.")
# What stands in the environment is locked: the page Desk > Settings cannot change it.
SET_IN_ENVIRONMENT = frozenset(name for name, value in env.ENVIRON.items() if value)

# Messages to devices (web push). Without a key there are none, and no page speaks of them.
# `manage.py new_push_key` prints one; with another key, everybody must switch them on anew.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", default="")
# Whom the services of browser makers turn to when something is wrong with our messages.
VAPID_CONTACT = env.str("VAPID_CONTACT", default=OPERATOR_EMAIL and f"mailto:{OPERATOR_EMAIL}")
if VAPID_PRIVATE_KEY and not VAPID_CONTACT.startswith(("mailto:", "https://")):
    raise ImproperlyConfigured("VAPID_CONTACT must be mailto: or https:// where there is a key.")

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1", "testserver"}
if DEMO and not DEBUG and not set(ALLOWED_HOSTS) <= LOCAL_HOSTS:
    raise ImproperlyConfigured(
        "DEMO=1 opens every account with one click, so it runs on this machine only: "
        "ALLOWED_HOSTS must be local, or DEMO must be off."
    )

for url in ALERT_WEBHOOK_URLS:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS):
        raise ImproperlyConfigured("ALERT_WEBHOOK_URL must be https:// (http:// on this machine).")
    if len(ALERT_WEBHOOK_SECRET) < 16:
        raise ImproperlyConfigured("ALERT_WEBHOOK_SECRET must have 16 characters at least.")

# The house -------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config",
    "moderation",
    "forum",
    "guides",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
    "huey.contrib.djhuey",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]
if DJANGO_ADMIN:
    INSTALLED_APPS.append("django.contrib.admin.apps.SimpleAdminConfig")

MIDDLEWARE = [
    # Pages weigh a tenth on a slow line. Against BREACH: Django pads answers by random lengths and
    # masks the CSRF token anew each time.
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ViewerMiddleware",
    "config.maintenance.MaintenanceMiddleware",
    "accounts.middleware.AccessMiddleware",
    "forum.middleware.AccessLogMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Data ------------------------------------------------------------------------------------------

DATABASES = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'islet.sqlite3'}"),
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    DATABASES["default"]["ENGINE"] = "config.sqlite"  # keeps triggers when a table changes
    # synchronous=FULL: an acknowledged post survives a power cut (NORMAL may lose the last ones).
    # IMMEDIATE: a transaction that will write takes the lock at once, so reads before it are true.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456; PRAGMA cache_size=-32000;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
    # Tests get a file as well: threads that race need connections of their own. One a process, so
    # that two runs at once do not meet.
    test_name = f"islet-tests-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": Path(tempfile.gettempdir()) / test_name}
else:
    DATABASES["default"].setdefault("OPTIONS", {})
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Shared by all processes: rate limits must count once, not once a process.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Rendered post cards of this process. The key holds all a card shows; see forum/cards.py.
    "cards": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "cards",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}

HUEY = {
    "huey_class": "huey.SqliteHuey",
    "filename": str(VAR_DIR / "huey.sqlite3"),
    "fsync": True,
    "immediate": False,
    # More than one: a mail server that does not answer holds up no alert by webhook.
    "consumer": {"workers": 3, "worker_type": "thread", "periodic": True},
}

# Who you are -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.signed_in.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.plain_forms.LoginForm",
    "request_login_code": "accounts.plain_forms.RequestLoginCodeForm",
    "reset_password": "accounts.plain_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.plain_forms.ResetPasswordKeyForm",
    "add_email": "accounts.plain_forms.AddEmailForm",
    "change_password": "accounts.plain_forms.ChangePasswordForm",
    "set_password": "accounts.plain_forms.SetPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
# Accounts are made by accounts/joining alone; a password is optional, as codes work as well.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Codes, not links: a code works on another device, and no link carries a number of the account.
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
# TrustedProxies: see accounts/adapter.py, which reads the address of the client for rate limits.
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "dashed": False, "length": 6}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
USERSESSIONS_ADAPTER = "accounts.adapter.UserSessionsAdapter"
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_ENGINE = "accounts.signed_in"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_NAME = "islet_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"

# What browsers are told ------------------------------------------------------------------------

SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if urlsplit(SITE_URL).scheme == "https" else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],  # data: for the QR code of the authenticator app
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
PERMISSIONS_POLICY = {
    "accelerometer": [],
    "camera": [],
    "display-capture": [],
    "geolocation": [],
    "gyroscope": [],
    "microphone": [],
    "payment": [],
    "usb": [],
    "publickey-credentials-create": ["self"],
    "publickey-credentials-get": ["self"],
}

# Words, time, files ----------------------------------------------------------------------------

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
# Dates are written the same way everywhere (config/formats).
FORMAT_MODULE_PATH = ["config.formats"]
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="Europe/London")
USE_I18N = True
USE_TZ = True

# The one renderer of Markdown, for guide articles as well: guides cannot import it.
ARTICLE_MARKDOWN = "forum.markdown.render"
# Who tells people that a guide waits for a check (guides/telling.py): a dotted path, or nothing.
GUIDE_MOVED = "config.guide_notices.guide_moved"

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Copies of people's data, until they are fetched or seven days are over. Never served by a proxy.
EXPORT_DIR = Path(env.str("EXPORT_DIR", default=str(VAR_DIR / "exports")))
# Pictures in posts. Never served by a proxy: a view asks each time who may see them.
PICTURE_DIR = Path(env.str("PICTURE_DIR", default=str(VAR_DIR / "pictures")))
# What is uploaded stays in memory: it says where a picture was taken. One file a request.
FILE_UPLOAD_HANDLERS = ["forum.pictures.upload.InMemoryAlone"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Mail ------------------------------------------------------------------------------------------

# The demo writes its mails to var/mail instead of sending them.
default_email_url = f"filemail:///{VAR_DIR / 'mail'}" if DEMO else "smtp://localhost:25"
vars().update(env.email_url("EMAIL_URL", default=default_email_url))
EMAIL_TIMEOUT = 10
# Hours without mails about notices, for members who set none of their own: from, until.
QUIET_HOURS = (env.int("QUIET_FROM", default=21), env.int("QUIET_UNTIL", default=7))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <hello@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"no_secrets": {"()": "config.logs.NoSecrets"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["no_secrets"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
}
