SELECT gone.id FROM gone
