"""Plain ways of doing what ringleader does, each as somebody would first write it."""
