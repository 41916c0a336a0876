from django.urls import path

from home import views

app_name = "home"

urlpatterns = [
    path("", views.home, name="home"),
    path("language/", views.language, name="language"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("personal-data/", views.personal_data, name="personal_data"),
    path("contact/", views.contact, name="contact"),
    path("health/", views.health, name="health"),
    path("components/", views.components, name="components"),
]
