"""What exists in competence and what the database forbids."""

from competence.models.frameworks import Area, Competence, Descent, Descriptor, Framework, FrameworkVersion
from competence.models.goals import GoalCompetence, StrategicGoal
from competence.models.own import Assessment, Rating, Share
from competence.models.profiles import Holding, ProfileVersion, RoleProfile, Target, Task
from competence.models.surveys import Statement, Survey, SurveyPart, SurveyText, SurveyUnit

__all__ = [
    "Area",
    "Assessment",
    "Competence",
    "Descent",
    "Descriptor",
    "Framework",
    "FrameworkVersion",
    "GoalCompetence",
    "Holding",
    "ProfileVersion",
    "Rating",
    "RoleProfile",
    "Share",
    "Statement",
    "StrategicGoal",
    "Survey",
    "SurveyPart",
    "SurveyText",
    "SurveyUnit",
    "Target",
    "Task",
]
