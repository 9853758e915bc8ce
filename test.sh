#!/usr/bin/env bash
# Builds everything and runs every test: unit and property tests, the recorded exchanges, the clients in compat-tests.
# Needs the .NET 10 SDK and Node 20 or later; what else it drives (chromium, a C compiler) it installs itself on Debian and its kin.
#
#   ./test.sh             everything
#   ./test.sh soak        long crash tests: 100 killed nodes, 200 pulled plugs, 100 rounds and 50 seeds of replication between nodes that fail;
#                         500 seeds of a simulated mesh; a million replications between databases in memory, or as many as ten minutes
#                         allow; hostile functions with CouchDB's limit of 5 seconds, and all of them with a short one
#   ./test.sh unit        only the .NET tests
#   ./test.sh compat      only the clients
#
# COUCHDB_URL=http://admin:password@host:5984 adds a real CouchDB as a peer to the clients' tests.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
what=${1:-all}
passed=0
failed=0
log=$(mktemp)
failures=$(mktemp)
trap 'rm -f "$log" "$failures"' EXIT

count() { # adds what a runner's log says to the totals; a runner that failed without saying so counts as one failure
  local status=$1 ok=$2 bad=$3
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$bad" -ne 0 ]; then note; fi
  passed=$((passed + ok))
  failed=$((failed + bad))
}

note() { # keeps what a runner's log says of tests that failed, to be said again at the end, where a long log is looked at first
  {
    echo "-- $running ended with status $status"
    grep -E -A 12 '\[FAIL\]|Long Running Test|^ *not ok ' "$log" | cut -c 1-300 | head -n 200 || tail -n 20 "$log"
  } >>"$failures"
}

install() { # installs a package where apt-get is there to do it, for a command that is missing
  local command=$1
  shift
  if command -v "$command" >/dev/null; then return; fi
  if ! command -v apt-get >/dev/null; then echo "$command is needed: install it"; return; fi
  local sudo=""
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

unit() { # all test projects, or one, with options for its runner
  local project name total bad skipped status options=("${@:2}")
  install cc gcc libc6-dev
  for project in ${1:-tests/*.Tests}; do
    name=$(basename "$project")
    running=$name
    SECONDS=0
    echo "== $name"
    # A test that hangs is named after two minutes, and ended with its project after half an hour.
    timeout --kill-after=10 "${CLOUDWALL_TEST_LIMIT:-1800}" \
      dotnet "$project/bin/Release/net10.0/$name.dll" -noColor -longRunning 120 "${@:2}" 2>&1 | tee "$log"
    status=${PIPESTATUS[0]}
    total=$(sed -n 's/.*Total: \([0-9]*\),.*/\1/p' "$log" | tail -n 1)
    bad=$(sed -n 's/.*Errors: \([0-9]*\), Failed: \([0-9]*\),.*/\1 \2/p' "$log" | tail -n 1 | awk '{print $1 + $2}')
    skipped=$(sed -n 's/.*Skipped: \([0-9]*\),.*/\1/p' "$log" | tail -n 1)
    echo "$name took $SECONDS s"
    count "$status" $((${total:-0} - ${bad:-0} - ${skipped:-0})) "${bad:-0}"
    if [ "${total:-0}" -eq 0 ]; then echo "$name ran no test"; count 1 0 0; fi
  done
}

compat() {
  local ok bad status
  running=compat-tests
  SECONDS=0
  echo "== compat-tests"
  if [ -z "${CHROMIUM:-}" ]; then install chromium chromium; fi
  npm ci --prefix compat-tests --no-audit --no-fund --loglevel=error || { count 1 0 0; return; }
  npm test --prefix compat-tests --silent 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  ok=$(sed -n 's/^[^a-z]*pass \([0-9]*\)$/\1/p' "$log" | tail -n 1)
  bad=$(sed -n 's/^[^a-z]*fail \([0-9]*\)$/\1/p' "$log" | tail -n 1)
  echo "compat-tests took $SECONDS s"
  count "$status" "${ok:-0}" "${bad:-0}"
  if [ "${ok:-0}" -eq 0 ]; then echo "compat-tests ran no test"; count 1 0 0; fi
}

dotnet build CloudWall.sln -c Release || exit 1
if [ "$what" = soak ]; then
  export CLOUDWALL_TEST_LIMIT=14400
  export CLOUDWALL_CRASH_ROUNDS=${CLOUDWALL_CRASH_ROUNDS:-100} CLOUDWALL_PLUG_SEEDS=${CLOUDWALL_PLUG_SEEDS:-200} CLOUDWALL_FAULT_SEEDS=${CLOUDWALL_FAULT_SEEDS:-50}
  export CLOUDWALL_INDEX_DEATHS=${CLOUDWALL_INDEX_DEATHS:-20}
  CLOUDWALL_SIMULATION_SEEDS=${CLOUDWALL_SIMULATION_SEEDS:-500} unit tests/CloudWall.Simulation.Tests
  CLOUDWALL_HOSTILE_LIMIT=${CLOUDWALL_HOSTILE_LIMIT:-5000} unit tests/CloudWall.Crash.Tests
  CLOUDWALL_HOSTILE_SHARE=${CLOUDWALL_HOSTILE_SHARE:-1} unit tests/CloudWall.Crash.Tests -class '*.Hostile.*'
  unit tests/CloudWall.Server.Tests -class '*Replication.FaultTests'
  CLOUDWALL_REPLICATION_RUNS=${CLOUDWALL_REPLICATION_RUNS:-1000000} unit tests/CloudWall.Replication.Tests -class '*Runs.EndlessRunTests'
  cat "$failures"
  echo
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
fi
if [ "$what" != compat ]; then
  running="dotnet format"
  dotnet format whitespace . --folder --verify-no-changes 2>&1 | tee "$log" # all else that it checks, the build does too
  status=${PIPESTATUS[0]}
  count "$status" 0 0
  unit
fi
if [ "$what" != unit ]; then compat; fi
cat "$failures"
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
