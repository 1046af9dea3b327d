// SignetSQLite
