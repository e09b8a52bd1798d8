# fish completion for mactiond
complete -c mactiond -f
complete -c mactiond -l config -r -F -d 'Configuration file'
complete -c mactiond -l check-config -d 'Report everything that is wrong in it'
complete -c mactiond -l strict -d 'With --check-config, warnings count as errors'
complete -c mactiond -l print-config -d 'Print what is in force, with its origin'
complete -c mactiond -l changed -d 'With --print-config, leave defaults out'
complete -c mactiond -l probe -d 'Look at what the daemon would reach, before it runs'
complete -c mactiond -l region -x -d 'With --probe, this one alone'
complete -c mactiond -l webhook -x -d 'With --probe, this one alone'
complete -c mactiond -l send -d 'With --probe, send a test event to each receiver too'
complete -c mactiond -l json -d 'With --probe, report as JSON'
complete -c mactiond -l version -d 'Print the version'
complete -c mactiond -l help -d 'Print a summary of the options'
