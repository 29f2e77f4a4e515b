# Gives a command a file system of its own: what a package would have installed, and an /etc.
# Called in a private mount namespace with: packages, state (in the cage /mnt), command.
set -eu
# A shell has a search path of its own where it was given none, but doesn't hand it on; and Dovecot
# does not start without one.
export PATH
packages=$1 state=$2
shift 2
mount -t overlay overlay -o "lowerdir=$packages/usr:/usr" /usr
mount -t overlay overlay -o "lowerdir=$state/etc:/etc" /etc
mount --bind "$state" /mnt
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var
mkdir /var/lib /var/log /var/spool
ln -s /run /var/run
cd /mnt
# No exec: a program that changes its user would forget to end with us, and this shell does not.
"$@"
