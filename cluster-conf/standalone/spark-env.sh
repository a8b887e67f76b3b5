# shellcheck shell=bash
# Addresses and sizes of the standalone cluster, read by the script `cluster`, and by a Spark distribution's own scripts
# when SPARK_CONF_DIR is this folder. A value that the environment has already wins.

# Under which name or number workers and drivers reach the master. On one machine the loopback address will do.
export SPARK_MASTER_HOST=${SPARK_MASTER_HOST:-127.0.0.1}
export SPARK_MASTER_PORT=${SPARK_MASTER_PORT:-7077}
export SPARK_MASTER_WEBUI_PORT=${SPARK_MASTER_WEBUI_PORT:-8080}
export SPARK_WORKER_WEBUI_PORT=${SPARK_WORKER_WEBUI_PORT:-8081}

# Workers that `cluster start` starts on this machine; each host of a file has one.
export SPARK_WORKER_INSTANCES=${SPARK_WORKER_INSTANCES:-2}

# Cores and memory that a worker gives to executors; without these lines, its share of the host's cores, and of the
# host's memory but 1 GB.
#export SPARK_WORKER_CORES=8
#export SPARK_WORKER_MEMORY=24g

# Heap of the master and of each worker, which compute nothing themselves.
export SPARK_DAEMON_MEMORY=${SPARK_DAEMON_MEMORY:-512m}

# A folder of a local disk, with room for an executor's part of the latents, uncompressed; /tmp without this line.
#export SPARK_LOCAL_DIRS=/local
