"""The JSON API: what a member can do on the site by hand, for programs of their own.

Nothing here decides who sees or may do what: it reads through the one door, binds the forms of the
site, and calls the actions of the site.
"""
