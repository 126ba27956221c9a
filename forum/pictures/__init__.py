"""Pictures in posts: made anew from pixels alone, kept apart from all that is served by itself."""
