"""The database: the one package that holds SQL. The same code runs on SQLite and on PostgreSQL.

`engine` opens it, `migrations` brings its schema up to date, `tables` are its rows; the other modules are what
the rest of CallCoach calls, with plain data in and out, each on a session of `Database`.
"""
