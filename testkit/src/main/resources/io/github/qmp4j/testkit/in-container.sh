# in-container.sh CONTAINER PROGRAM ARGUMENT...: runs a program in a container as if it ran here: what it writes, how it ends and
# what SIGTERM does are the program's own. It cannot outlive this shell, however that ends, nor the docker client: either end closes
# the pipe that is its guard's stdin. The program's own stdin is empty. $$ on the guard's command line tells it from others.
folder=${0%/*}
container=$1
shift
pipe=$folder/$$.pipe
mkfifo -m 600 -- "$pipe" || exit
docker exec -i "$container" /bin/sh "$folder/container-guard.sh" "$$" "$PWD" "$@" <"$pipe" &
client=$!
# Only this shell has the pipe open for writing, since the client was started before.
exec 3>"$pipe"
rm -f -- "$pipe"
trap 'echo TERM >&3' TERM

# A signal ends the wait before the client does.
while :; do
    wait "$client"
    status=$?
    kill -0 "$client" 2>/dev/null || exit "$status"
done
