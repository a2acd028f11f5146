/*
 * What the API refuses anyway, said sooner: rules that several forms share.
 */

/* Not what every server calls itself, nor digits alone. */
export const HOSTNAME = new RegExp('^(?=.{1,64}$)(?![0-9.]+$)'
    + '(?!(localhost[46]?|ip6-(localhost|loopback|localnet|mcastprefix'
    + '|all(nodes|routers|hosts)))(\\.|$))(?!.*\\.localhost$)'
    + '[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$',
'i');
