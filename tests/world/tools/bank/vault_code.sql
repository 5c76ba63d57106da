SELECT tick.n FROM tick
