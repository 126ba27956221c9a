"""Addresses of the forum."""

from django.urls import path

from forum.views import (
    access,
    ask,
    boards,
    involvement,
    notices,
    older,
    professionals,
    relations,
    reply,
    search,
    threads,
    unanswered,
    waits,
)
from forum.views import edit as edit_views

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
    path("p/<pid:public_id>/take-back/", involvement.narrow, name="narrow"),
    path("p/<pid:public_id>/block/", relations.block, name="block"),
    path("p/<pid:public_id>/hide-me/", relations.hide_from_author, name="hide_from_author"),
    path("search/", search.results, name="search"),
    path("how-soon/", waits.waits, name="waits"),
    path("professionals/<pid:public_id>/", professionals.professional, name="professional"),
    path("notices/", notices.notices, name="notices"),
    path("me/who-reads-my-posts/", involvement.involvement, name="involvement"),
    path("me/who-has-seen/", access.seen, name="seen"),
    path("me/what-i-opened/", access.opened, name="opened"),
    path("me/hide-from/", relations.hide_from, name="hide_from"),
    path("me/blocked/", relations.blocked, name="blocked"),
    path("unanswered/", unanswered.unanswered, name="unanswered"),
    path("asks-a-professional/", unanswered.for_professionals, name="for_professionals"),
    path("my-posts/", threads.my_posts, name="my_posts"),
    path("my-posts/older/", older.older_posts, name="older_posts"),
]
