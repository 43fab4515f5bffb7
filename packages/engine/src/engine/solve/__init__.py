"""Who gets whom: the objectives, each solved to its optimum over the candidates."""
