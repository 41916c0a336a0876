from django.urls import path

from home.views import components, front, health, newsletter, newsletter_readers, newsletter_texts, newsletters

app_name = "home"

READERS = [
    path("newsletter/<slug:region>/", newsletter.newsletter, name="newsletter"),
    path("newsletter/<slug:region>/asked/", newsletter.newsletter_asked, name="newsletter_asked"),
    path("newsletter/<slug:region>/<int:number>/", newsletter.newsletter_archived, name="newsletter_archived"),
    path("subscriptions/confirm/<str:token>/", newsletter.newsletter_confirm, name="newsletter_confirm"),
    path("subscriptions/leave/<str:token>/", newsletter.newsletter_leave, name="newsletter_leave"),
    path("newsletters/my/", newsletter.my_newsletters, name="my_newsletters"),
]
ISSUE = "newsletters/<int:pk>/"
WRITERS = [
    path("newsletters/", newsletters.issues, name="newsletters"),
    path("newsletters/new/", newsletters.new, name="newsletter_new"),
    path("newsletters/subscribers/", newsletter_readers.subscribers, name="newsletter_subscribers"),
    path(
        "newsletters/subscribers/<int:pk>/end/", newsletter_readers.end_subscription, name="newsletter_subscriber_leave"
    ),
    path("newsletters/suppressed/", newsletter_readers.suppressed, name="newsletter_suppressed"),
    path("newsletters/suppressed/<int:pk>/lift/", newsletter_readers.lift, name="newsletter_lift"),
    path(ISSUE, newsletters.issue, name="newsletter_issue"),
    path(f"{ISSUE}text/<slug:language>/", newsletter_texts.text, name="newsletter_text"),
    path(f"{ISSUE}preview/<slug:language>/", newsletter_texts.preview, name="newsletter_preview"),
    path(f"{ISSUE}insert/", newsletter_texts.insert, name="newsletter_insert"),
    path(f"{ISSUE}test/", newsletters.try_out, name="newsletter_test"),
    path(f"{ISSUE}send/", newsletters.send, name="newsletter_send"),
    path(f"{ISSUE}undo/", newsletters.act, {"deed": "undo"}, name="newsletter_undo"),
    path(f"{ISSUE}pause/", newsletters.act, {"deed": "pause"}, name="newsletter_pause"),
    path(f"{ISSUE}resume/", newsletters.act, {"deed": "resume"}, name="newsletter_resume"),
    path(f"{ISSUE}drop/", newsletters.drop, name="newsletter_drop"),
]

urlpatterns = [
    path("", front.home, name="home"),
    path("language/", front.language, name="language"),
    path("accessibility/", front.accessibility, name="accessibility"),
    path("personal-data/", front.personal_data, name="personal_data"),
    path("contact/", front.contact, name="contact"),
    path("components/", components.components, name="components"),
    path("health/", health.health, name="health"),
    *READERS,
    *WRITERS,
]
