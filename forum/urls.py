"""Addresses of the forum."""

from django.urls import path, register_converter

from accounts.ids import PublicIdConverter
from forum.views import ask, boards, involvement, notices, reply, threads
from forum.views import edit as edit_views

register_converter(PublicIdConverter, "pid")

app_name = "forum"
urlpatterns = [
    path("boards/", boards.boards, name="boards"),
    path("boards/<slug:slug>/", boards.board, name="board"),
    path("ask/", ask.start, name="ask_start"),
    path("ask/<slug:slug>/", ask.write, name="ask"),
    path("drafts/<pid:key>/", ask.change, name="draft"),
    path("drafts/<pid:key>/check/", ask.check, name="check"),
    path("p/<pid:public_id>/sent/", ask.sent, name="sent"),
    path("t/<pid:public_id>/", threads.thread, name="thread"),
    path("t/<pid:public_id>/reply/", reply.reply, name="reply"),
    path("t/<pid:public_id>/react/", threads.react, name="react"),
    path("p/<pid:public_id>/", threads.post, name="post"),
    path("p/<pid:public_id>/edit/", edit_views.edit, name="edit"),
    path("p/<pid:public_id>/history/", edit_views.history, name="history"),
    path("notices/", notices.notices, name="notices"),
    path("me/who-reads-my-posts/", involvement.involvement, name="involvement"),
    path("my-posts/", threads.my_posts, name="my_posts"),
]
