"""Addresses of the wing."""

from django.urls import path

from notifications.views import bell, live, mail, notices, outbox, posts, templates

app_name = "notifications"

urlpatterns = [
    path("notifications/", bell.bell, name="bell"),
    path("session/live/", live.remembered, name="live"),
    path("notifications/live/", live.reckoned, name="live-reckoned"),
    path("notifications/newest/", bell.newest, name="bell-newest"),
    path("notifications/read/", bell.mark_all_read, name="bell-read-all"),
    path("notifications/<int:pk>/open/", bell.open_line, name="bell-open"),
    path("notifications/<int:pk>/read/", bell.mark_read, name="bell-read"),
    path("notifications/notices/", notices.desk, name="notices"),
    path("notifications/notices/new/", notices.new, name="notice-new"),
    path("notifications/notices/<int:pk>/", notices.notice, name="notice"),
    path("notifications/notices/<int:pk>/withdraw/", notices.withdraw, name="notice-withdraw"),
    path("portal-notifications/", posts.posts, name="posts"),
    path("portal-notifications/read/", posts.posts_read, name="posts-read"),
    path("portal-notifications/<int:pk>/read/", posts.post_read, name="post-read"),
    path("portal-notifications/desk/", posts.desk, name="posts-desk"),
    path("portal-notifications/desk/new/", posts.post_new, name="post-new"),
    path("portal-notifications/desk/<int:pk>/", posts.post, name="post"),
    path("portal-notifications/desk/<int:pk>/change/", posts.post_edit, name="post-edit"),
    path("portal-notifications/desk/<int:pk>/publish/", posts.post_publish, name="post-publish"),
    path("portal-notifications/desk/<int:pk>/withdraw/", posts.post_withdraw, name="post-withdraw"),
    path("messages/", outbox.outbox, name="outbox"),
    path("messages/send-again/", outbox.send_again, name="outbox-again"),
    path("messages/<int:pk>/retry/", outbox.retry, name="outbox-retry"),
    path("messages/mail/", mail.mail_list, name="mail"),
    path("messages/mail/<int:pk>/", mail.mail_message, name="mail-message"),
    path("messages/mail/<int:pk>/send-again/", mail.mail_resend, name="mail-resend"),
    path("messages/wording/", templates.template_list, name="templates"),
    path("messages/previews/", templates.preview_all, name="previews"),
    path("messages/wording/<str:key>/", templates.template, name="template"),
]
