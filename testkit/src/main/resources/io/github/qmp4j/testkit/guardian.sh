# guardian.sh FOLDER COMMAND...: runs the command and prints its process id.
# stdin is a pipe that the JVM holds. It ends when the JVM is gone, however it went: then the command is killed and the folder
# deleted. Nobody else may hold the other end of the pipe, and nobody but the watcher reads it.
folder=$1
shift
exec 3<&0
"$@" </dev/null 3<&- >&2 &
child=$!
(
    read -r _ <&3
    # From here on the watcher outlives the command.
    trap '' TERM
    kill -KILL "$child"
    rm -rf -- "$folder"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&- </dev/null
echo "$child"
wait "$child"
status=$?
kill -TERM "$watcher"
exit "$status"
