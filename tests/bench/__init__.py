"""What `script/bench` measures: pages beside a bare hello, certificates, queries, bytes."""
