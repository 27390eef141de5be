"""Full-text search over what was said in calls: one interface, SQLite's FTS5 or PostgreSQL's text vectors below it.

A call is indexed in stretches of whole turns. A term is found in a stretch that holds all of its words as jieba cuts
them, or its characters exactly as typed: 发票 is found inside 电子发票 however that was cut.
"""
