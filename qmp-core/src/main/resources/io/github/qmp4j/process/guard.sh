# Runs a process for a parent that may vanish at any moment. Arguments: the folder of its socket, and the command.
# Standard input is a pipe that the parent holds open. When it closes, however that comes about, the process is asked to
# end and is killed 5 s later. Ends with the process, and with its status.
folder=$1
shift

# A Ctrl-C is for the parent alone; it closes the pipe if it wants an end.
trap '' INT QUIT HUP
exec 3<&0 </dev/null

# A session of its own, for the same reason: QEMU takes SIGINT for an order to quit.
if command -v setsid >/dev/null 2>&1; then
  setsid "$@" 3<&- &
else
  "$@" 3<&- &
fi
child=$!

(
  while read -r line; do :; done
  nap=
  trap '[ -z "$nap" ] || kill "$nap"; exit 0' TERM
  kill -TERM "$child"
  sleep 5 &
  nap=$!
  wait "$nap"
  kill -KILL "$child"
) <&3 >/dev/null 2>&1 &
watcher=$!
exec 3<&-

wait "$child"
status=$?
kill "$watcher" 2>/dev/null
wait "$watcher" 2>/dev/null
rm -f "$folder/qmp.sock"
rmdir "$folder" 2>/dev/null
exit "$status"
