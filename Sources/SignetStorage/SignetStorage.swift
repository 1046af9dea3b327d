// SignetStorage
