"""Addresses; each subject has its own list."""

from django.urls import URLPattern, URLResolver, path

from competence.views import frameworks as frameworks_views
from competence.views import goals as goals_views
from competence.views import home as home_views
from competence.views import own as own_views
from competence.views import profiles as profiles_views
from competence.views import results as results_views
from competence.views import surveys as surveys_views

app_name = "competence"

frameworks: list[URLPattern | URLResolver] = [
    path("competence/", home_views.home, name="home"),
    path("competence/frameworks/", frameworks_views.frameworks, name="frameworks"),
    path("competence/frameworks/new/", frameworks_views.framework_new, name="framework_new"),
    path("competence/frameworks/<int:pk>/", frameworks_views.framework, name="framework"),
    path("competence/frameworks/versions/<int:pk>/", frameworks_views.framework_version, name="framework_version"),
    path("competence/frameworks/versions/<int:pk>/edit/", frameworks_views.framework_edit, name="framework_edit"),
    path(
        "competence/frameworks/versions/<int:pk>/edit/<str:part>/",
        frameworks_views.framework_part,
        name="framework_part",
    ),
]
profiles: list[URLPattern | URLResolver] = [
    path("competence/profiles/", profiles_views.profiles, name="profiles"),
    path("competence/profiles/new/", profiles_views.profile_new, name="profile_new"),
    path("competence/profiles/<int:pk>/", profiles_views.profile, name="profile"),
    path("competence/profiles/<int:pk>/people/", profiles_views.profile_people, name="profile_people"),
    path("competence/profiles/versions/<int:pk>/", profiles_views.profile_version, name="profile_version"),
    path("competence/profiles/versions/<int:pk>/pdf/", profiles_views.profile_pdf, name="profile_pdf"),
    path("competence/profiles/versions/<int:pk>/do/", profiles_views.profile_do, name="profile_do"),
    path("competence/profiles/versions/<int:pk>/<slug:part>/", profiles_views.profile_edit, name="profile_edit"),
]
goals: list[URLPattern | URLResolver] = [
    path("competence/goals/<int:organisation>/", goals_views.goals, name="goals"),
    path("competence/goals/<int:organisation>/edit/", goals_views.goal_edit, name="goal_edit"),
    path("competence/goals/<int:organisation>/poster/", goals_views.goals_poster, name="goals_poster"),
]
own: list[URLPattern | URLResolver] = [
    path("competence/my/", own_views.my, name="my"),
    path("competence/my/file/", own_views.my_file, name="my_file"),
    path("competence/my/<int:pk>/", own_views.assessment, name="assessment"),
    path("competence/my/<int:pk>/<int:number>/", own_views.assess, name="assess"),
    path("competence/people/<int:pk>/", own_views.person, name="person"),
]
surveys: list[URLPattern | URLResolver] = [
    path("competence/surveys/", surveys_views.surveys, name="surveys"),
    path("competence/surveys/<int:pk>/", surveys_views.survey, name="survey"),
    path("competence/surveys/<int:pk>/frame/", surveys_views.survey_frame, name="survey_frame"),
    path("competence/surveys/<int:pk>/questions/", surveys_views.survey_questions, name="survey_questions"),
    path("competence/surveys/<int:pk>/units/", surveys_views.survey_units, name="survey_units"),
    path("competence/surveys/<int:pk>/check/", surveys_views.survey_check, name="survey_check"),
    path("competence/surveys/<int:pk>/plan/", surveys_views.survey_plan, name="survey_plan"),
    path("competence/surveys/<int:pk>/slips/", surveys_views.survey_slips, name="survey_slips"),
]
results: list[URLPattern | URLResolver] = [
    path("competence/surveys/<int:pk>/results/", results_views.results, name="results"),
    path("competence/surveys/<int:pk>/results/file/<slug:form>/", results_views.results_file, name="results_file"),
    path("competence/surveys/<int:pk>/texts/", results_views.survey_texts, name="survey_texts"),
    path("competence/surveys/<int:pk>/texts/<uuid:text>/", results_views.survey_text, name="survey_text"),
]

urlpatterns = [*frameworks, *profiles, *goals, *own, *surveys, *results]
