"""Jobs: a Celery worker and a beat on the application. The broker carries wake-ups; what is due stands in the database."""
