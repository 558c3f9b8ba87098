"""Three models that refer to each other in a circle, and one to itself."""

from django.db import models


class Team(models.Model):
    name = models.TextField()
    lead = models.ForeignKey("Member", null=True, on_delete=models.SET_NULL, related_name="leads")


class Office(models.Model):
    town = models.TextField()
    home = models.ForeignKey(Team, on_delete=models.CASCADE)


class Member(models.Model):
    name = models.TextField()
    office = models.ForeignKey(Office, on_delete=models.CASCADE)
    boss = models.ForeignKey("self", null=True, on_delete=models.SET_NULL)
