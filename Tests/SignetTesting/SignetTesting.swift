// SignetTesting
