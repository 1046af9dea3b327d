// SignetServer
