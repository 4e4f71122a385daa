/** Expressions that libpcap takes on Ethernet, of every kind that there is. */
export const ETHERNET_EXPRESSIONS = `
tcp port 80 and net 10.0.0.0/8
ip
ip6
arp
rarp
tcp
udp
sctp
icmp
icmp6
igmp
igrp
pim
vrrp
carp
ah
esp
atalk
aarp
decnet
decnet host 1.10
decnet src 1.10
lat
sca
moprc
mopdl
iso
esis
es-is
isis
is-is
clnp
l1
l2
iih
lsp
snp
csnp
psnp
stp
ipx
netbeui
host 1.2.3.4
src host 1.2.3.4
dst host 1.2.3.4
src or dst host 1.2.3.4
src and dst host 1.2.3.4
ip host 1.2.3.4
arp host 1.2.3.4
rarp src 1.2.3.4
host ::1
ip6 dst host 2001:db8::1
src and dst host ::1
host 10.1
net 10
net 10.1
net 10.1.2
net 10.0.0.0/9
net 0.0.0.0/0
net 192.168.0.0 mask 255.255.0.0
src net 172.16.0.0/12
net 2001:db8::/32
src net fe80::/10
port 53
tcp port 443
udp src port 53
dst port 80
src and dst port 123
sctp port 5000
port 80 or 443
port (80 or 443 or 8080) and not host 1.1.1.1
port not 80
port http
tcp port ssh
portrange 1000-2000
tcp portrange 2000-1000
udp dst portrange 53-53
portrange 80
ether host 00:11:22:33:44:55
ether src 0011.2233.4455
ether dst 00-11-22-33-44-55
ether src and dst 001122334455
ether proto 0x88cc
ether proto 5
ether proto \\ip
ether proto \\arp
ether proto \\stp
ether proto \\ipx
ether broadcast
ether multicast
broadcast
multicast
ip broadcast
ip multicast
ip6 multicast
ip proto 47
ip proto \\tcp
ip6 proto 58
proto 17
iso proto \\clnp
isis proto 20
ip protochain 6
ip6 protochain 6
protochain 51
ip6 protochain \\udp
less 100
greater 100
len > 100
len <= 64
byte 12 = 8
byte 12 < 8
byte 12 > 8
byte 12 & 8
byte 12 | 8
vlan
vlan 100
vlan and ip
vlan 100 and vlan 200 and tcp port 80
vlan and pppoes and ip6
not vlan and tcp
vlan or tcp
mpls
mpls 100
mpls and mpls 5 and host 1.2.3.4
mpls 5 and ip6
pppoed
pppoes
pppoes 5 and ip
pppoes and tcp port 80
geneve
geneve 5
geneve and tcp port 80
geneve 3 and ether host 00:11:22:33:44:55
geneve and vlan and ip6
llc
llc i
llc s
llc u
llc rnr
llc rr
llc ui
llc sabme
not port 80
not (tcp and port 80)
not not tcp
! tcp && ! udp || icmp
(tcp or udp) and (port 80 or port 443) and not (net 10.0.0.0/8 or net 192.168.0.0/16)
tcp or udp or icmp
host 1.2.3.4 or host ::1
tcp[13] & 2 != 0
tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn
tcp[0:2] = 80 or tcp[2:2] = 80
tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420
ip[0] & 0xf != 5
ip[6:2] & 0x1fff = 0
ip[2:2] > ip[4:2]
ip[0] * 2 + 1 = ip[1] % 7 ^ 3
ip[0] / ip[1] = 3
ip[0] % ip[1] = 3
ip[9] << 3 = 0x30
ip[9] >> ip[0] = 0
ip[9] << ip[0] = 0
ip[9] & 0 = 0
ip[1000] - ip[1000] = 0
ip[100] & 0 = 0 and tcp
-ip[0] < 5
-5 + len = 10
5 + 3 = 8
(5 + 3) = 8
1 = 1
udp[8:4] = 0x12345678
icmp[icmptype] = icmp-echo
icmp6[icmp6type] = icmp6-neighborsolicit
icmp6[icmp6code] = 0
ip6[6] = 17
ip6[6] = 17 and ip6[42:2] = 53
arp[6:2] = 1
rarp[6:2] >= 3
ether[0] & 1 = 0 and ip[16] >= 224
ether[0] = ether[1]
link[len - 4:4] = 0
sctp[0:2] = 5000
igmp[0] = 0x16
pim[0] & 0xf = 0
carp[0] != 0
decnet[0] = 1
atalk[5] < 3
len - 4 > ip[2:2]
tcp[2:2] & 0xff00 = 0x1f00
tcp[0] + udp[0] = 5
port 80 and not (443 or 22)
port 80 and ((443) or 22)
tcp port 1 or 2 or 3 or 4 or 5 or 22 or 53 or 80 or 443 or 6081
host 1.2.3.4 or 1.1.1.1 or 1.1.1.2 or 1.1.1.3 or 1.1.1.4 or 10.0.0.1 or 1.1.1.6 or 1.1.1.7 or 1.1.1.8 or 192.168.0.1
not src net 10 and ether[0] = 1 or ether[0] = 2 or ether[0] = 3 or ether[0] = 4 or ether[0] = 5 or ether[0] = 6 or ether[0] = 7 or ether[0] = 8 or ether[0] = 9
`
  .trim()
  .split('\n')

/** Expressions that some link type has a meaning of its own for, with those link types (LINKTYPE_ values). */
export const LINK_TYPE_EXPRESSIONS: readonly (readonly [
  linkTypes: readonly number[],
  expressions: string,
])[] = [
  [[0, 108, 109], 'ip;ip6;tcp port 80;not ip6;host ::1;arp;link[0] = 2;less 60'],
  [[101, 12, 14, 228, 229], 'ip;ip6;tcp port 80 or icmp6;host 1.2.3.4;net 2001:db8::/32;not tcp'],
  [
    [8, 9, 50, 51, 102, 103, 166, 204],
    'ip;ip6;tcp port 80;iso;ipx;stp;inbound;outbound;mpls;mpls 5 and ip;decnet',
  ],
  [[104, 112, 205], 'ip;iso;clnp;isis;mpls 3 and ip6;tcp port 80;host 1.2.3.4'],
  [[107, 206, 182], 'ip;ip6;iso;clnp;esis;isis;l1;tcp port 80;host 1.2.3.4;link[0] = 1'],
  [
    [113, 276],
    'ip;ip6;arp;tcp port 80;inbound;outbound;ifindex 3;ipx;atalk;iso;stp;ether proto 5;vlan;link[0:2] = 4',
  ],
  [
    [105, 119, 127, 163, 192],
    'ip;tcp port 80;wlan host 00:11:22:33:44:55;wlan src 00:11:22:33:44:55;wlan dst 00:11:22:33:44:55;wlan addr1 00:11:22:33:44:55;' +
      'wlan addr2 00:11:22:33:44:55;wlan addr3 00:11:22:33:44:55;wlan addr4 00:11:22:33:44:55;wlan ra 00:11:22:33:44:55;' +
      'wlan ta 00:11:22:33:44:55;wlan src and dst 00:11:22:33:44:55;type mgt;type data;type ctl subtype ack;type mgt subtype beacon;' +
      'subtype qos-data;type 4;dir tods;dir 3;wlan broadcast;wlan multicast;llc;llc u;vlan;vlan 5 and ip;wlan[0] = 0x80;radio[2] = 5;' +
      'ip[0] = 0x45;tcp[13] & 2 != 0;icmp6;ip6[6] = 17;ether proto 0x88cc;protochain 6',
  ],
  [
    [6, 10, 122],
    'ip;arp;tcp port 80;ether host 00:11:22:33:44:55;broadcast;multicast;llc;iso;isis;ipx;atalk;tr[0] = 1',
  ],
  [[7, 129], 'ip;ip6;arp;rarp;atalk;broadcast;multicast;link host $ab;link src $0f;tcp port 80'],
  [
    [123],
    'lane;lane and ip;lane and ether host 00:11:22:33:44:55;llc;llc and ip;ip;metac;bcc;oam;oamf4;oamf4ec;oamf4sc;sc;ilmic;' +
      'connectmsg;metaconnect;vpi 5;vci > 32;vci (5 or 6);vpi != 3;vci <= 7;lane and vpi 3;tcp port 80',
  ],
  [[100, 106], 'ip;tcp port 80;llc;ipx;iso'],
  [
    [139, 140, 197],
    'fisu;lssu;lsu;msu;hfisu;hlssu;hmsu;sio 5;opc 1000;dpc > 5;sls (1 or 2);hsio 5;hopc 16383;hdpc 44;hsls 15;sio != 3;sio 256;ip',
  ],
  [
    [117],
    'ip;ip6;tcp port 80;ifname em0;on lo0;ruleset foo;rulenum 5;rnr 7;srnr 5;subrulenum 6;reason match;reason 5;action pass;' +
      'action block;on em0 and reason 5;inbound;outbound;ifname abcdefghijklmnop',
  ],
  [
    [
      130, 131, 132, 133, 134, 135, 136, 137, 164, 167, 168, 178, 179, 180, 181, 183, 194, 200, 232, 233, 234,
      238,
    ],
    'ip;inbound;tcp port 80',
  ],
  [
    [114, 138, 99, 226, 246, 165, 239, 258, 240, 241, 143, 144, 189, 290, 2],
    'ip;ip6;atalk;tcp port 80;ether[0] = 1;less 60',
  ],
]

/** Expressions that libpcap takes on no link type that has no matter with them: the language itself refuses them. */
export const REFUSED_EXPRESSIONS = `
80
host
and tcp
tcp and
(tcp
tcp)
()
tcp tcp
port
port 70000
port 80 or tcp or 443
(port 80) or 443
port 80 and (443 or tcp)
port 80 and ((443 or 22))
port 80 or (5 + 3)
(5 + 3)
5 + 3
len
tcp host 1.2.3.4
ip host ::1
ip6 host 1.2.3.4
host 00:11:22:33:44:55
ether host 1.2.3.4
ether port 80
icmp port 80
host 1.2.3.4/24
net 10.0.0.1/8
net 10.0.0.0/33
net ::1/64
host ::1/64
net 10.0.0.0 mask 255.0.0.1.1
host 256.1.1.1
host 1::2::3
host 1:2:3
port 1.2.3.4
port ::1
port nosuchservicename
proto \\nosuchprotocol
ether proto \\nosuchprotocol
src proto 6
tcp proto 6
arp proto 6
tcp protochain 6
gateway 1.2.3.4
gateway foo
portrange 5-70000
vlan 4096
vlan tcp
mpls 1048576
mpls and vlan
mpls and arp
pppoes 65536
geneve 16777216
tcp[0:3] = 1
tcp[0
tcp[] = 1
ah[0] = 1
iso[0] = 1
ip[9] >> 33 = 0
ip[9] % 0 = 1
ip[9] / 0 = 1
ip[9] / (1-1) = 1
99999999999 = 1
08 = 8
addr1 host 1.2.3.4
ra port 80
tcp broadcast
arp multicast
llc nosuchtype
type 5
type nosuchtype
subtype 5
dir nosuchdir
reason nosuchreason
action 5
byte 1 ! 2
tcp = 5
1 = 2
tcp and udp and 1 = 2
tcp @ udp
"tcp"
$ = 1
link
radio
`
  .trim()
  .split('\n')
