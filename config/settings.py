"""Every setting, read from the environment.

In real use SECRET_KEY, ALLOWED_HOSTS, BASE_URL, DATABASE_URL, REDIS_URL and EMAIL_URL must be given; a missing one
stops the start with a sentence. With HELMI_DEMO=1 each of them has an embedded default under HELMI_VAR (./var), so
that the demonstration needs no other service.
"""

import secrets
import sys
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import environ
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEMO = env.bool("HELMI_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
VAR = Path(env("HELMI_VAR", default=str(BASE_DIR / "var"))).absolute()

NEEDED = ("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
if not DEMO and (missing := [name for name in NEEDED if not env(name, default="")]):
    sys.exit(
        f"Helmi cannot start: the environment lacks {', '.join(missing)}. README.md says what each is for; "
        "HELMI_DEMO=1 starts the demonstration, which needs none of them."
    )


def _demo_key() -> str:
    """The demonstration's own secret, made once and kept beside its data."""
    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / "secret-key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()


# --- Who we are ------------------------------------------------------------------------------------------------------

SECRET_KEY = env("SECRET_KEY", default="") or _demo_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
BASE_URL = env("BASE_URL", default=f"http://127.0.0.1:{env('PORT', default='8000')}").rstrip("/")
VERSION = env("HELMI_VERSION", default="dev")
HTTPS = BASE_URL.startswith("https://")
PROXIES = env.int("PROXIES", default=1 if HTTPS else 0)  # reverse proxies in front of us whose headers we believe

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "modeltranslation",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "base",
    "people",
    "answers",
    "outbox",
    "audit",
    "documents",
    "events",
    "programmes",
    "competence",
    "home",
    "reports",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestLog",
    "config.middleware.BodyLimit",
    "config.middleware.Unknown",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.ReaderLanguage",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SeenSessions",
    "people.adapters.SecondStep",
    "config.middleware.Audited",
    "config.middleware.Refusals",
]

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
                "home.navigation.context",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # our own select.html is leaner than Django's
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Data ------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR}/db.sqlite3")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    VAR.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",  # a read-then-write transaction never fails with "database is locked"
        "timeout": 10,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif env.bool("DATABASE_POOL", default=True):
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=8),
        "timeout": 10,
    }

# A Celery address of a unix socket (redis+socket://) is unix:// to redis-py.
REDIS_URL = env("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
            "KEY_PREFIX": "helmi",
        }
    }
else:  # files: shared between the processes of one machine, so that limits on sign-in count for all of them
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": VAR / "cache",
        }
    }
# Beside it, in each process: for what its reader checks anew each time (audit.kept.kept_facts).
CACHES["near"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "near",
    "OPTIONS": {"MAX_ENTRIES": 200},
}

STATIC_URL = "/static/"
STATIC_ROOT = None if DEMO else env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR / "files"  # private: nothing here has an address of its own
FILES_ACCEL = env("FILES_ACCEL", default="")  # an internal place of the web server before us that holds MEDIA_ROOT
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEMO
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEMO  # the demonstration serves its files without collectstatic
WHITENOISE_AUTOREFRESH = DEBUG

FILE_UPLOAD_PERMISSIONS = 0o600
# Where clamd listens, tcp://host:3310 or unix:///path; with it, uploads are held until they are scanned.
VIRUS_SCANNER = env("VIRUS_SCANNER", default="")
BODY_MAX = 22 * 1024 * 1024  # of any request, unless its view takes larger files; more is refused unread
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Keys of sealed ballots: in real use a volume that only the worker mounts, never backed up (docs/adr/0014).
KEYS_EMBEDDED = not env("KEYS_DIR", default="")
KEYS_DIR = env("KEYS_DIR", default="") or str(VAR / "keys")

# --- The queue -------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_TASK_IGNORE_RESULT = True  # outcomes live in our own tables
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat-schedule")
if CELERY_BROKER_URL == "filesystem://":
    for _folder in ("messages", "control"):
        (VAR / "queue" / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "data_folder_in": str(VAR / "queue" / "messages"),
        "data_folder_out": str(VAR / "queue" / "messages"),
        "control_folder": str(VAR / "queue" / "control"),
        "polling_interval": 0.2,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600}  # longer than any task and any countdown
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "clock": {"task": "outbox.tick", "schedule": 60.0, "options": {"expires": 50}},  # times of day are our own code's
}

# --- Mail ------------------------------------------------------------------------------------------------------------

globals().update(env.email("EMAIL_URL", default=f"filemail:///{VAR / 'mail'}"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default=f"Helmi <no-reply@{urlsplit(BASE_URL).hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
BOUNCE_ADDRESS = env("BOUNCE_ADDRESS", default="")  # its mail is piped to `manage.py take_bounce`, plus-addresses too
RELAY_LOG = env("RELAY_LOG", default="")  # the relay's log in Postfix's format: tells what it took before a crash

# --- Languages and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("fi", _("Finnish")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE: Literal["Lax"] = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "sv"
MODELTRANSLATION_LANGUAGES = ("sv", "fi", "en")
MODELTRANSLATION_FALLBACK_LANGUAGES = ("sv", "fi", "en")
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
HOME_ZONE = env("HOME_ZONE", default="Europe/Stockholm")  # whose clock a reader without a region reads

# --- Signing in ------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600

ACCOUNT_ADAPTER = "people.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]  # nobody signs up; the second says that one may sign in with a password
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_FORMS = {
    "login": "people.forms.signing.LoginForm",
    "request_login_code": "people.forms.signing.RequestCodeForm",
    "confirm_login_code": "people.forms.signing.ConfirmCodeForm",
    "reauthenticate": "people.forms.signing.ReauthenticateForm",
    "add_email": "people.forms.signing.AddAddressForm",
    "change_email": "people.forms.signing.ChangeAddressForm",
    "confirm_email_verification_code": "people.forms.signing.ConfirmAddressForm",
    "set_password": "people.forms.signing.SetPasswordForm",
    "change_password": "people.forms.signing.ChangePasswordForm",
    "reset_password": "people.forms.signing.ResetPasswordForm",
    "confirm_password_reset_code": "people.forms.signing.ConfirmResetForm",
    "reset_password_from_key": "people.forms.signing.ChoosePasswordForm",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True  # a polite letter: the answer takes as long whether the address is known or not
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES

MFA_ADAPTER = "people.adapters.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "people.forms.signing.SecondStepForm",
    "authenticate_webauthn": "people.forms.signing.SecondStepKeyForm",
    "reauthenticate": "people.forms.signing.SecondStepAgainForm",
    "reauthenticate_webauthn": "people.forms.signing.KeyAgainForm",
    "login_webauthn": "people.forms.signing.SignInByKeyForm",
    "activate_totp": "people.forms.signing.ActivateAppForm",
    "add_webauthn": "people.forms.signing.AddKeyForm",
    "edit_webauthn": "people.forms.signing.RenameKeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody signs up here, so nobody can shut another out of an unconfirmed address
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Helmi"
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # passkeys on http://localhost
USERSESSIONS_TRACK_ACTIVITY = False  # reading a page writes nothing; a session is listed from when it began

SOCIALACCOUNT_ADAPTER = "people.adapters.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_EMAIL_VERIFICATION = "mandatory"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10
# Organisations' own sign-ins: rows made with `manage.py sign_in_provider`, or a JSON list of allauth apps here.
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": env.json("SIGN_IN_PROVIDERS", default=[])}
}
SECOND_STEP_REQUIRED = env.bool("SECOND_STEP_REQUIRED", default=not DEMO)  # of administrators and coordinators

# --- Security --------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "worker-src 'self'"
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "home.views.errors.csrf_failure"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_SECURE = HTTPS
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None

# --- Logs: one JSON object a line, with the request's id and without personal data ------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", default="WARNING" if DEMO else "INFO")},
    "loggers": {
        "django": {"level": "WARNING", "handlers": [], "propagate": True},
        "django.server": {"level": "ERROR", "handlers": [], "propagate": True},
        "fontTools": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # says at each start that a broker of files has no host
        "weasyprint": {"level": "ERROR"},
    },
}
