#!/usr/bin/env bash
# Runs jobs on a Slurm cluster of four nodes on this machine, one of which is killed, with docs/templates/slurm.sbatch, and
# compares what they make with local runs. Needs `npm run build`, slurm-wlm and munge (Debian); not systemd.
#
#   test/cluster/slurm.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin
work=$(mktemp -d)
pids=()
nodes=()
cleanup() {
  # Servers that were started here, and what runs on the nodes.
  scancel --user="$(id -un)" 2> /dev/null || true
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2> /dev/null || true; done
  rm -rf "$work" 2> /dev/null || { sleep 1; rm -rf "$work"; }
}
trap cleanup EXIT
fail() {
  echo "slurm.sh: $1" >&2
  tail -n 20 "$work"/*.log >&2
  exit 1
}

# Waits until a command succeeds, for at most 90 s.
wait_for() {
  local what=$1 n
  shift
  for ((n = 0; n < 900; n++)); do
    if "$@" > /dev/null 2>&1; then return; fi
    sleep 0.1
  done
  fail "no $what"
}

chmod 755 "$work"
head -c 128 /dev/urandom > "$work/munge.key"
chmod 400 "$work/munge.key"
mkdir -m 755 "$work/munge" "$work/state" "$work/bin"
munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge/socket" --pid-file="$work/munge.pid" \
  --seed-file="$work/munge.seed" > "$work/munge.log" 2>&1 &
pids+=($!)
wait_for 'munge' test -S "$work/munge/socket"

user=$(id -un)
cat > "$work/slurm.conf" << EOF
ClusterName=pcap2conn
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=26817
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$work/munge/socket,cred_expire=5
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd-%n.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SlurmdTimeout=5
MessageTimeout=5
TCPTimeout=2
ReturnToService=2
JobRequeue=1
SchedulerParameters=sched_interval=1,batch_sched_delay=0
NodeName=node[1-4] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[26821-26824] CPUs=2 RealMemory=4000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
EOF
export SLURM_CONF=$work/slurm.conf
slurmctld -D -f "$SLURM_CONF" > "$work/slurmctld-out.log" 2>&1 &
pids+=($!)
for n in 1 2 3 4; do
  slurmd -D -N "node$n" -f "$SLURM_CONF" > "$work/slurmd-out-$n.log" 2>&1 &
  pids+=($!)
  nodes[n]=$!
done
four_idle() { [ "$(sinfo -h -N -o '%T' | grep -c '^idle')" -eq 4 ]; }
wait_for 'four idle nodes' four_idle
echo "four nodes after $SECONDS s"

# The program as the nodes know it. Task 0 is slow when it is done for the first time, so that its node can be killed.
cat > "$work/bin/pcap2conn" << EOF
#!/bin/sh
if [ "\${SLURM_ARRAY_TASK_ID:-}:\${SLURM_RESTART_COUNT:-0}:\${SLOW:-}" = 0:0:yes ]; then
  export NODE_OPTIONS='--import=file://$PWD/test/e2e/preload/slow-reads.mjs?ms=2000'
fi
exec node '$PWD/bin/pcap2conn.js' "\$@"
EOF
chmod 755 "$work/bin/pcap2conn"
export PATH=$work/bin:$PATH TZ=UTC
sbatch=$PWD/docs/templates/slurm.sbatch
node --input-type=module -e "
  import { writeRotated } from '$PWD/test/support/rotated.mjs'
  writeRotated('$work/in/north', 64, 1, 2000)
  writeRotated('$work/in/south', 4, 2, 200)
"

# Submits the tasks of a job, and another one that finishes it.
submit() {
  local job=$1 last=$2 array
  array=$(cd "$work" && sbatch --parsable --array="0-$last" "$sbatch" "$job")
  (cd "$work" && sbatch --parsable --dependency="afterany:$array" --wrap "pcap2conn finish $job" > /dev/null)
}
same() { # what the job has made, and what one run has
  diff -r -x summary.json -x finished.json -x pcap2conn-job.json -x seed "$1" "$2" || fail "$1 is not as one run makes it"
}

echo '- one capture in 64 files, 4 parts, a node killed'
job=$work/job
pcap2conn plan "$work/in/north" -o "$job" --shards 4 --as files -q
SLOW=yes submit "$job" 3
begun() { compgen -G "$job/tasks/.0-*"; }
wait_for 'task 0 on a node' begun
read -r id node < <(squeue -h -r -t R -o '%K %A %N' | awk '$1 == 0 { print $2, $3 }') || fail 'task 0 is on no node'
# Those of the processes with this in their command lines that have a file or a variable of this cluster.
of_cluster() {
  local one
  for one in $(pgrep -f "$1"); do
    if ls -l "/proc/$one/fd" 2> /dev/null | grep -qF "$work/" || grep -qzF "$work/" "/proc/$one/environ" 2> /dev/null; then
      echo "$one"
    fi
  done
}
# What is killed: the node's server, and all that it has started for the task, the one that would tell of the others' end first.
kill -9 "${nodes[${node#node}]}"
for pid in $(of_cluster "^slurmstepd: \[$id\.batch\]"); do kill -9 "$pid"; done
for pid in $(of_cluster "work $job"); do
  if grep -qzxF "SLURM_JOB_ID=$id" "/proc/$pid/environ" 2> /dev/null; then kill -9 "$pid" 2> /dev/null || true; fi
done
[ ! -e "$job/tasks/0" ] || fail 'task 0 was done before its node was killed'
echo "  $node killed after $SECONDS s"
wait_for 'finished job' test -e "$job/finished.json"
pcap2conn "$work/in/north" -q -o "$work/local" --map "$work/local"
same "$job" "$work/local"
echo "  as one run makes it, after $SECONDS s"

echo '- two captures, 2 parts each'
job=$work/job2
pcap2conn plan "$work/in/{sensor}/*.pcap.gz" --capture sensor -o "$job" --shards 2 -q
submit "$job" 3
wait_for 'finished job' test -e "$job/finished.json"
for sensor in north south; do
  pcap2conn index "$work/in/$sensor" -q -o "$work/local-$sensor"
  same "$job/$sensor" "$work/local-$sensor"
done
echo "as local runs make them, after $SECONDS s"
