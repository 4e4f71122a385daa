/** The ports of a service by protocol; null for a protocol without one. */
export interface ServicePort {
  readonly tcp: number | null
  readonly udp: number | null
  readonly sctp: number | null
}

// `name/alias:port` and the first letter of each protocol, as in Debian's /etc/services (netbase 6.4), which libpcap
// reads through the C library. The file has names of the IANA registry "Service Name and Transport Protocol Port
// Number", and aliases. If a name occurs twice, its first port counts, as in the C library.
const TABLE = `
tcpmux:1t echo:7tu discard/sink/null:9tu systat/users:11t daytime:13tu netstat:15t qotd/quote:17t
chargen/ttytst/source:19tu ftp-data:20t ftp:21t fsp/fspd:21u ssh:22t telnet:23t smtp/mail:25t
time/timserver:37tu whois/nicname:43t tacacs:49tu domain:53tu bootps:67u bootpc:68u tftp:69u gopher:70t
finger:79t http/www:80t kerberos/kerberos5/krb5/kerberos-sec:88tu iso-tsap/tsap:102t acr-nema/dicom:104t
poppassd:106t pop3/pop-3:110t sunrpc/portmapper:111tu auth/authentication/tap/ident:113t
nntp/readnews/untp:119t ntp:123u epmap/loc-srv:135t netbios-ns:137u netbios-dgm:138u netbios-ssn:139t
imap2/imap:143t snmp:161tu snmp-trap/snmptrap:162tu cmip-man:163tu cmip-agent:164tu mailq:174t xdmcp:177u
bgp:179t smux:199t qmtp:209t z3950/wais:210t ipx:213u ptp-event:319u ptp-general:320u pawserv:345t
zserv:346t rpc2portmap:369tu codaauth2:370tu clearcase/Clearcase:371u ldap:389tu svrloc:427tu https:443tu
snpp:444t microsoft-ds:445t kpasswd:464tu submissions/ssmtp/smtps/urd:465t saft:487t isakmp:500u exec:512t
biff/comsat:512u login:513t who/whod:513u shell/cmd:514t syslog:514tu printer/spooler:515t talk:517u
ntalk:518u route/router/routed:520u gdomap:538tu uucp/uucpd:540t klogin:543t kshell/krcmd:544t
dhcpv6-client:546u dhcpv6-server:547u afpovertcp:548t rtsp:554tu nntps/snntp:563t submission:587t nqs:607t
asf-rmcp:623u qmqp:628t ipp:631t ldaps:636tu ldp:646tu tinc:655tu silc:706t kerberos-adm:749t
kerberos4/kerberos-iv/kdc:750tu kerberos-master:751tu kerberos_master:751u
passwd-server/passwd_server:752u krb-prop/krb_prop/krb5_prop/hprop:754t moira-db/moira_db:775t
moira-update/moira_update:777t moira-ureg/moira_ureg:779u spamd:783t domain-s:853tu supfilesrv:871t
rsync:873t ftps-data:989t ftps:990t telnets:992t imaps:993t pop3s:995t socks:1080t proofd:1093t
rootd:1094t rmiregistry:1099t supfiledbg:1127t skkserv:1178t openvpn:1194tu predict:1210u rmtcfg:1236t
xtel:1313t xtelw:1314t lotusnote/lotusnotes:1352t ms-sql-s:1433t ms-sql-m:1434u ingreslock:1524t
datametrics/old-radius:1645tu sa-msg-port/old-radacct:1646tu kermit:1649t groupwise:1677t l2f/l2tp:1701u
radius:1812tu radius-acct/radacct:1813tu cisco-sccp:2000t nfs:2049tu gnunet:2086tu rtcm-sc104:2101tu
zephyr-srv:2102u zephyr-clt:2103u zephyr-hm:2104u gsigatekeeper:2119t iprop:2121t gris:2135t
cvspserver:2401t venus:2430tu venus-se:2431tu codasrv:2432tu codasrv-se:2433tu mon:2583tu zebrasrv:2600t
zebra:2601t ripd:2602t ripngd:2603t ospfd:2604t bgpd:2605t ospf6d:2606t ospfapi:2607t isisd:2608t
dict:2628t f5-globalsite:2792t gsiftp:2811t gpsd:2947t gds-db/gds_db:3050t icpv2/icp:3130u isns:3205tu
iscsi-target:3260t mysql:3306t ms-wbt-server:3389t nut:3493tu distcc:3632t daap:3689t svn/subversion:3690t
suucp:4031t sysrqd:4094t sieve:4190t f5-iquery:4353t epmd:4369t remctl:4373t ntske:4460t ipsec-nat-t:4500u
fax:4557t hylafax:4559t iax:4569u mtn:4691t radmin-port:4899t munin/lrrd:4949t sip:5060tu sip-tls:5061tu
xmpp-client/jabber-client:5222t xmpp-server/jabber-server:5269t cfengine:5308t mdns:5353u
postgresql/postgres:5432t rplay:5555u freeciv/rptp:5556t nrpe:5666t nsca:5667t amqps:5671t amqp:5672ts
canna:5680t x11/x11-0:6000t x11-1:6001t x11-2:6002t x11-3:6003t x11-4:6004t x11-5:6005t x11-6:6006t
x11-7:6007t gnutella-svc:6346tu gnutella-rtr:6347tu redis:6379t sge-qmaster/sge_qmaster:6444t
sge-execd/sge_execd:6445t mysql-proxy:6446t syslog-tls:6514t sane-port/sane/saned:6566t ircd:6667t
babel:6696u ircs-u:6697t bbs:7000t afs3-fileserver:7000u afs3-callback:7001u afs3-prserver:7002u
afs3-vlserver:7003u afs3-kaserver:7004u afs3-volser:7005u afs3-bos:7007u afs3-update:7008u
afs3-rmtsys:7009u font-service/xfs:7100t zope-ftp:8021t http-alt/webcache:8080t tproxy:8081t omniorb:8088t
puppet:8140t clc-build-daemon:8990t xinetd:9098t bacula-dir:9101t bacula-fd:9102t bacula-sd:9103t
git:9418t xmms2:9667t zope:9673t webmin:10000t zabbix-agent:10050t zabbix-trapper:10051t amanda:10080t
kamanda:10081t amandaidx:10082t amidxtape:10083t nbd:10809t hkp:11371t sgi-cmsd:17001u sgi-crsd:17002u
sgi-gcd:17003u sgi-cad:17004t db-lsp:17500t dcap:22125t gsidcap:22128t wnn6:22273t binkp:24554t
asp:27374tu csync2:30865t dircproxy:57000t tfido:60177t fido:60179t
`

let ports: ReadonlyMap<string, ServicePort> | null = null

/** The ports of a named service; null for an unknown name. Names are case-sensitive, as in the C library. */
export function servicePort(name: string): ServicePort | null {
  ports ??= new Map(TABLE.trim().split(/\s+/).flatMap(services))
  return ports.get(name) ?? null
}

function services(row: string): [string, ServicePort][] {
  const [names, digits, protocols] = row.split(/:(\d+)/) as [string, string, string]
  const portOf = (letter: string) => (protocols.includes(letter) ? Number(digits) : null)
  const service = { tcp: portOf('t'), udp: portOf('u'), sctp: portOf('s') }
  return names.split('/').map((name) => [name, service])
}
