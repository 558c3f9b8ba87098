"""A Django project to test with: the shop of the six tables, and an app with a model of each kind."""
