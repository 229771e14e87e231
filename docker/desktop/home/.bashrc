PS1='\[\e[1;36m\]\u\[\e[0m\]:\[\e[0;37m\]\w\[\e[0m\]\$ '
alias ls='ls --color=auto'
if [ -z "${WELCOMED:-}" ]; then
  export WELCOMED=1
  printf '\n  \e[1;36mspicegate\e[0m\n\n'
  printf '  A desktop in a container that speaks SPICE, seen through the gateway.\n'
  printf '  The right mouse button opens the menu; the clip has sound.\n\n'
fi
