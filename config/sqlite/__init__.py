"""SQLite as Django has it, but for one thing: changing a table keeps all triggers."""
