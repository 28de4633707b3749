from datetime import timedelta

from jalon.jobs.queue import periodic, task
from jalon.notices import actions, delivery


@task(actions.SEND_TASK, max_attempts=None)
def send_mail(mail_id: int) -> None:
    delivery.deliver(mail_id)


@periodic("notices.enqueue_due_mails", every=timedelta(minutes=10))
def enqueue_due_mails() -> None:
    actions.enqueue_due_mails()
