# container-guard.sh MARK FOLDER PROGRAM ARGUMENT...: runs a program inside a container.
# stdin is a pipe from outside: each line of it is the name of a signal to send, and its end kills the program. Ends with the
# program, and with its status.
# A folder that the container does not share is no reason not to start.
cd -- "$2" 2>/dev/null
shift 2
exec 3<&0 </dev/null
"$@" 3<&- &
child=$!
(
    while read -r signal; do kill -s "$signal" "$child"; done
    # From here on the watcher outlives the program.
    trap '' TERM
    kill -KILL "$child"
) <&3 >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$child"
status=$?
kill -TERM "$watcher" 2>/dev/null
wait "$watcher"
exit "$status"
