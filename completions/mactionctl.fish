# fish completion for mactionctl. Commands and options are asked of the program itself.

function __mactionctl_offers
    mactionctl $argv --help 2>/dev/null | awk '
        /^[^ ]/ { commands = /^(Subc|C)ommands:/ }
        /^  +-/ { gsub(",", " "); for (i = 1; i <= NF && $i ~ /^-/; ++i) print $i }
        commands && /^  +[a-z]/ { print $1 }'
end

function __mactionctl_regions
    mactionctl status 2>/dev/null |
        awk '/^[A-Z]/ { here = /^REGION/; next } here && NF { print $1 }'
end

function __mactionctl_webhooks
    mactionctl status 2>/dev/null |
        awk '/^[A-Z]/ { here = /^WEBHOOK/; next } here && NF { print $1 }'
end

function __mactionctl_complete
    set -l steps
    set -l offers (__mactionctl_offers)
    for word in (commandline -opc)[2..-1]
        if not string match -q -- '-*' $word; and contains -- $word $offers
            set -a steps $word
            set offers (__mactionctl_offers $steps)
        end
    end
    switch "$steps"
        case 'webhook test' 'webhook pause' 'webhook resume' 'dlq show'
            set -a offers (__mactionctl_webhooks)
        case 'region retry'
            set -a offers (__mactionctl_regions)
    end
    printf '%s\n' $offers
end

complete -c mactionctl -f
complete -c mactionctl -n '__fish_prev_arg_in --socket --config --machines --output' -F
complete -c mactionctl -n '__fish_prev_arg_in --region' -a '(__mactionctl_regions)'
complete -c mactionctl -n '__fish_prev_arg_in --webhook' -a '(__mactionctl_webhooks)'
complete -c mactionctl -n 'not __fish_prev_arg_in --socket --config --machines --output --region --webhook' -a '(__mactionctl_complete)'
