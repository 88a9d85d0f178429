"""A job board that moves `recruiters` into `jobs_partners`, with the fifteen background jobs that work on them meanwhile."""
