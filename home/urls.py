from django.urls import path

from home.views import components, front, health

app_name = "home"

urlpatterns = [
    path("", front.home, name="home"),
    path("language/", front.language, name="language"),
    path("accessibility/", front.accessibility, name="accessibility"),
    path("personal-data/", front.personal_data, name="personal_data"),
    path("contact/", front.contact, name="contact"),
    path("components/", components.components, name="components"),
    path("health/", health.health, name="health"),
]
