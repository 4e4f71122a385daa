/** A name that the system refuses without asking: longer than any name in the DNS. */
const UNKNOWN_HOST = 'x'.repeat(64)

// Expressions by what they are about. Several stand on a line, apart by `;`, which no expression has.
const TABLE: Readonly<Record<string, string>> = {
  host: `
    host 10.0.0.1; src host 10.0.0.1; dst host 10.0.0.1; src or dst host 192.168.1.2; src and dst host 10.0.0.1;
    ip host 10.0.0.2; arp host 192.168.1.2; rarp host 192.168.1.2; arp src host 10.0.0.1; ip dst 10.0.0.2; 10.0.0.1;
    src 10.0.0.1; dst 192.168.1.2; host 10.0.0.1 or 10.0.0.2 or 192.168.1.2; host 10.0.0.1 and 10.0.0.2;
    src 10.0.0.1 and dst 10.0.0.2; not host 10.0.0.1; host 2001:db8::1; src host 2001:db8::1; dst fe80::1;
    ip6 host 2001:db8::2; ip6 src 2001:db8::2; host ::1; host ::ffff:10.0.0.1; host 2001:db8::1 or fe80::1;
    src and dst host ::1; host 0.0.0.0; host 255.255.255.255; host 127.0.0.1; host 10.1; host 0x0a000001; host 10;
    host 167772161; host localhost; ip host localhost; src host localhost; ip6 host localhost; host 10.0.0.1/8`,
  'wrong host': `
    host; host 10.0.0.256; ip6 host 10.0.0.1; ip host 2001:db8::1; tcp host 10.0.0.1;
    host ${UNKNOWN_HOST}; src dst host 10.0.0.1; host host 10.0.0.1; udp host ::1; icmp host 10.0.0.1;
    host 2001:db8:::1; host :::; arp host 2001:db8::1; atalk host 10.0.0.1; host .1; igmp src 10.0.0.1;
    ether host 10.0.0.1; addr1 host 10.0.0.1; ra 10.0.0.1; src ${UNKNOWN_HOST}`,
  net: `
    net 10.0.0.0/8; src net 10.0.0.0/8; dst net 192.168; net 192.168.1.0/24; net 192.168.1; net 10; net 172.16/12;
    net 10.0.0.0 mask 255.0.0.0; net 192.168.1.0 mask 255.255.255.0; src net 192.168 mask 255.255.0.0; net 0.0.0.0/0;
    ip net 10/8; arp net 192.168.1; rarp dst net 10; net 10.0.0.1/32; net 2001:db8::/32; src net 2001:db8::/32;
    dst net fe80::/10; ip6 net ff00::/8; net ::/0; net 2001:db8::1/128; net 2001:db8::/33; net 10/8 or 192.168/16;
    src or dst net 172.16.0.0/12; net 224.0.0.0/4; src and dst net 10; net 10.0.0.0/9; net 2001:db8:0:0::/64;
    net 0.0.0.0; 10.0.0.0/8; 2001:db8::/32; src 10/8; net 10.0.0.0 mask 255.0.255.0; net 167772160;
    net loopback; src net link-local; arp net loopback or 10; net loopback or link-local`,
  'wrong net': `
    net 10.0.0.1/8; net 10/33; net 10.0.0.0 mask 255.0; net 10.0.0.1 mask 255.0.0.0; net 2001:db8::/129; tcp net 10;
    net foo; net 2001:db8::1/64; net; net 10.0.0.0/; net 256/8; net 2001:db8::1; ip6 net 10/8; net default; ip6 net loopback; tcp net loopback;
    net 10.0.0.0/8/8; net 10.0.0.0 mask; net 10 mask 255; net 10/-1; net 10.0.0.0 mask 8`,
  port: `
    port 80; src port 80; dst port 53; tcp port 80; udp port 53; sctp port 5000; tcp src port 443; udp dst port 53;
    port http; tcp port http; port domain; port 80 or 443; port 80 or port 443 or 53; src or dst port 1234;
    src and dst port 53; port not 80; not port 80; tcp port 80 or 443; udp port 53 and host 10.0.0.1; ip port 80;
    port 0; port 65535; port 0x50; port 0120; ip6 and port 80; src port 80 or 443; port https; port www; port ssh;
    tcp dst port domain; sctp dst port 80; portrange 80-90; src portrange 1-1023; tcp portrange 80-443;
    udp portrange 53-53; dst portrange 443-80; sctp portrange 1-65535; portrange 80; portrange 0-65535; port tftp;
    portrange ssh-http; portrange 1024-65535 and udp; portrange 80-90 or 443; port dicom; port Clearcase; port x11-0;
    ip and tcp port 22; tcp and port 80 and not port 443; portrange http-domain; port ftp-data; udp port domain`,
  'wrong port': `
    port; port 65536; port 70000; icmp port 80; ip6 port 80; port foo; port WWW; udp port http; sctp port amqp;
    portrange 1-70000; portrange; portrange 80-; portrange -80; portrange ftp-data-ssh; port 10.0.0.1; arp port 80;
    ether port 80; port 80-90; port -1; src port; port 4294967296; port 99999999999; portrange a-b; port ::1;
    portrange 80-90-100; port \\http; portrange 10-20x; gateway port 80; tcp port tftp`,
  ether: `
    ether host 00:11:22:33:44:55; ether src 00:11:22:33:44:55; ether dst ff:ff:ff:ff:ff:ff; ether broadcast;
    ether multicast; ether host 0:1:2:3:4:5; ether src host 02-00-00-00-00-01; ether host 001122334455;
    ether host 0011.2233.4455; ether proto 0x0800; ether proto \\ip; ether proto \\arp; ether proto \\ip6; ether proto 2054;
    ether proto \\rarp; ether proto \\atalk; ether proto \\aarp; ether proto \\decnet; ether proto \\lat; ether proto \\sca;
    ether proto \\moprc; ether proto \\mopdl; ether proto \\iso; ether proto \\stp; ether proto \\ipx; ether proto \\netbeui;
    ether proto loopback; ether proto 0x42; ether proto 0xe0; ether proto 1500; ether proto 1501; ether proto 0x88cc;
    ether[0] & 1 = 0; ether[12:2] = 0x0800; ether[6:4] > 1; link[0] = 2; ether src or dst 00:11:22:33:44:55;
    ether src and dst 00:11:22:33:44:55; fddi host 00:11:22:33:44:55; tr host 00:11:22:33:44:55;
    wlan host 00:11:22:33:44:55; fddi[0] = 0x50; tr[1] = 0x40; ppp[0] = 0xff; slip[0] = 1; fddi proto 0x0800;
    tr broadcast; fddi multicast; wlan broadcast; wlan multicast; ether proto 0; ether proto 0xfe; ether proto 0x8864`,
  'wrong ether': `
    ether host 00:11:22:33:44; ether; ether host 1; ether proto \\foo; ether proto; ether port 1; ether src;
    ether net 10; ether host foo; 00:11:22:33:44:55; host 00:11:22:33:44:55; ether gateway foo; ether proto ip;
    ether host 00:11:22:33:44:55:66; ether host g0:11:22:33:44:55; ether dst proto \\ip; ether proto \\tcp; ether less 5;
    ether proto 65536; net 00:11:22:33:44:55; ip host 00:11:22:33:44:55; gateway 10.0.0.1; gateway localhost`,
  protocols: `
    ip; ip6; arp; rarp; tcp; udp; sctp; icmp; icmp6; igmp; igrp; pim; vrrp; carp; ah; esp; atalk; aarp; decnet; lat;
    sca; moprc; mopdl; iso; stp; ipx; netbeui; clnp; esis; isis; es-is; is-is; l1; l2; iih; lsp; snp; csnp; psnp;
    ip proto 6; ip proto \\tcp; ip proto tcp; ip6 proto 58; ip6 proto \\udp; proto 17; proto \\udp; proto \\sctp; ip proto 1;
    ip6 proto ipv6-icmp; ip proto 255; ip proto 256; proto 132; proto \\ospf; ip proto gre; ip proto 0; proto \\esp;
    ip proto IPSEC-AH; iso proto \\esis; iso proto \\isis; iso proto \\clnp; iso proto 0x82; isis proto 18; ip6 proto 44;
    ip proto ospf or pim; proto 300; proto \\ax.25; ip proto mptcp; ip protochain 6; ip6 protochain 6; protochain 17;
    ip6 protochain \\tcp; protochain \\icmp; ip6 protochain 58; ip protochain 51; ip6 protochain 59; protochain 6 and port 80;
    ip6 protochain 17 or ip protochain 17; not ip; not tcp; tcp or udp; ip and not tcp; !ip6; ip6 and tcp; arp or rarp`,
  'wrong protocols': `
    foo; tcp proto 6; ip proto; ip proto foo; arp proto 1; proto; iso proto foo; protochain; tcp protochain 6; isis proto foo;
    ether protochain 6; tcp udp; ip tcp; ip proto udp tcp; ip proto \\; link; icmp6 proto 1; ip proto 6 7; ip proto -1;
    src tcp; dst ip; proto ip; TCP; Ip; atalk proto 1; radio; ip6 proto \\foo; vrrp proto 1; ah proto 6; ip src proto 6;
    l1 proto 1; stp proto 1; iso src proto 1`,
  'vlan, mpls, pppoe, geneve': `
    vlan; vlan 100; vlan 0; vlan 4095; vlan and ip; vlan 100 and tcp port 80; vlan and vlan; vlan 100 and vlan 200;
    vlan 100 && vlan 200 && ip; ip and vlan; vlan or ip; not vlan; vlan and not vlan; (vlan 100 or vlan 200) and ip;
    vlan 100 or tcp; ip or (vlan and ip); vlan and host 10.0.0.1; vlan and ip6; vlan and arp; vlan and ether host 00:11:22:33:44:55;
    vlan and ip[0] = 0x45; vlan and ether[0] & 1 = 0; vlan and ether proto 0x0800; mpls; mpls 1000; mpls and ip; mpls 100 and mpls 1024;
    mpls 100 and tcp port 80; mpls and ip6; mpls 0; mpls 1048575; mpls and host 10.0.0.1; mpls or ip; vlan and mpls;
    vlan and mpls and ip; mpls and mpls and mpls and ip; mpls and ip[8] = 64; pppoed; pppoes; pppoes 1; pppoes 0x11; pppoes and ip;
    pppoes and tcp port 80; pppoes 1 and ip6; pppoed or pppoes; vlan and pppoes and ip; pppoes and host 10.0.0.1; vlan and pppoed;
    pppoes and ether proto 0x0800; pppoes and vlan; geneve; geneve 0; geneve 0xb; geneve 16777215; geneve and ip; geneve and tcp port 80;
    geneve 11 and host 10.0.0.1; geneve and vlan; geneve and vlan and ip; vlan and geneve; geneve and geneve; geneve and ip6;
    geneve and ether host 00:11:22:33:44:55; geneve and arp; not geneve; geneve or ip; geneve and udp[0:2] = 80; geneve and mpls;
    geneve and ether[0] = 0; vlan and (vlan or ip); vlan and portrange 80-90; vlan and len > 100; pppoes and mpls;
    geneve and pppoes; vlan 100 or vlan 200; vlan and geneve 11 and tcp; mpls and vlan; geneve and not vlan; geneve and ip proto 6`,
  'wrong vlan, mpls, pppoe, geneve': `
    vlan 4096; vlan foo; vlan -1; mpls 1048576; mpls foo; pppoes 65536; pppoes foo; geneve 16777216; geneve foo; pppoed 1;
    vlan 100 200; vlan vlan; mpls and arp; pppoes and arp; mpls 10.0.0.1; src vlan 1; vlan 0x1000; pppoes and pppoes;
    mpls and pppoes; mpls and geneve; mpls and vlan 5; mpls and ether proto 5; vlan 4294967296; pppoes and stp`,
  'broadcast, multicast': `
    broadcast; multicast; ether broadcast; ip broadcast; ip multicast; ip6 multicast; ether multicast; not broadcast;
    broadcast or multicast; not ip multicast; ip broadcast or ip multicast; broadcast and arp; link broadcast; wlan[4] & 1 = 1`,
  'wrong broadcast, multicast': `
    ip6 broadcast; arp broadcast; tcp multicast; broadcast 5; src broadcast; icmp6 multicast; arp multicast; udp broadcast`,
  lengths: `
    less 100; greater 100; less 0; greater 0; len <= 64; len > 1000; len = 60; len != 60; length >= 100; length = 42;
    less 60 and greater 40; len - 14 = ip[2:2]; len & 1 = 1; len % 4 = 0; len * 2 > 200; less 65536; greater 4294967295`,
  'wrong lengths': `less; greater; less foo; greater -1; len; less 10.0.0.1; len > ; len len; less > 5`,
  'inbound, outbound, interfaces': `
    inbound; outbound; not outbound; inbound and ip; ifindex 1; ifindex 0; ifname eth0; on lo; ruleset main; rset a; rulenum 0;
    rnr 5; subrulenum 1; srnr 0; reason match; reason 0; reason short; action pass; action block; action 1; action rdr; reason memory;
    not inbound; outbound or inbound; on eth0; action nat; reason fragment and ip`,
  'wrong inbound, outbound, interfaces': `
    inbound outbound; reason foo; action foo; ifindex; ifname; ifindex foo; rulenum foo; on; ifindex -1; action; inbound 1; reason`,
  '802.11': `
    type mgt; type ctl; type data; type management; type control; type mgt subtype beacon; type mgt subtype assoc-req; subtype beacon;
    type ctl subtype rts; type ctl subtype ack; type data subtype qos-data; type data subtype null; subtype probe-resp; subtype ps-poll;
    type 0; type 8; type data subtype 0x80; subtype qos; subtype deauth; type 0 subtype 0x80; type ctl or type mgt; subtype data;
    wlan type mgt; wlan type data subtype data; dir nods; dir tods; dir fromds; dir dstods; dir 1; direction 2; wlan dir 0; dir 3 and ip;
    addr1 host 00:11:22:33:44:55; wlan addr1 00:11:22:33:44:55; wlan addr2 00:11:22:33:44:55; wlan addr3 02:00:00:00:00:01;
    wlan addr4 02:00:00:00:00:01; wlan ra 00:11:22:33:44:55; wlan ta 00:11:22:33:44:55; wlan src 00:11:22:33:44:55; address1 00:11:22:33:44:55;
    wlan dst host 02:00:00:00:00:01; wlan[0] = 0x80; wlan[1] & 3 = 1; type data and ip; type data and tcp port 80; link[0:2] = 0x8000;
    wlan ra host ff:ff:ff:ff:ff:ff; subtype cf-end; type mgt and not subtype beacon; radio[0] = 0; radio[2:2] > 8; type mgt subtype MGT`,
  'wrong 802.11': `
    type foo; subtype foo; dir foo; type 255; dir 4; type mgt subtype foo; type; subtype; dir; type data subtype beacon; type mgt subtype 16;
    type 4 subtype 4; type 12; wlan addr5 00:11:22:33:44:55; wlan ra 10.0.0.1; ip ra 00:11:22:33:44:55; type MGT; dir TODS; type 300;
    addr1; ra; subtype 0x80; subtype 0; addr4 00:11:22:33:44:55; type data subtype 0x08; wlan ra foo; type ctl subtype 0xc0`,
  'LLC, ATM, MTP': `
    llc; llc i; llc s; llc u; llc rr; llc rnr; llc rej; llc ui; llc ua; llc disc; llc sabme; llc test; llc xid; llc frmr; not llc; llc and ip;
    llc dm; lane; lane and ip; metac; bcc; oam; oamf4; oamf4ec; oamf4sc; sc; ilmic; connectmsg; metaconnect; vpi 0; vci 5; vpi > 1; vci = 16; vpi != 0;
    lane and tcp port 80; vci <= 100 or 5; fisu; lssu; lsu; msu; hfisu; hlssu; hmsu; sio 3; opc 5; dpc 1; sls 2; hsio 1; hopc 1; hdpc 2; hsls 3; opc > 7; sio >= 1;
    sls < 4; dpc != 9; vpi 1 and vci 2; dpc = 16383; vpi < 3; hopc >= 3; llc s or llc u; vpi (1 or 2); opc (5 or 6); vci 5 or 7`,
  'wrong LLC, ATM, MTP': `
    llc foo; llc 5; vpi; vci foo; vpi 256; vci 65536; sio 256; opc 16384; dpc; sls 16; msu 1; lane 1; oam 5; hopc foo; llc llc; vpi 5 5; llc UI; opc -1`,
  arithmetic: `
    ip[0] & 0xf != 5; ip[6:2] & 0x1fff = 0; ip[8] < 64; ip[2:2] > 100; ip[12:4] = 0x0a000001; tcp[13] & 2 != 0; tcp[tcpflags] & (tcp-syn|tcp-ack) != 0;
    tcp[tcpflags] & tcp-syn != 0 and not tcp[tcpflags] & tcp-ack != 0; tcp[tcpflags] = tcp-syn; tcp[0:2] = 80; tcp[2:2] > 1024; udp[4:2] > 20; udp[0:2] = 53;
    icmp[icmptype] = icmp-echo; icmp[icmptype] != icmp-echoreply; icmp[icmpcode] = 0; icmp6[icmp6type] = icmp6-echo; icmp6[0] = 135; icmp6[icmp6code] = 0;
    ip6[6] = 6; ip6[0] & 0xf0 = 0x60; ip6[4:2] > 40; ip6[40:2] = 80; arp[6:2] = 1; arp[7] = 2; rarp[7] = 3; sctp[0:2] = 5000; igmp[0] = 0x11; tcp[12] >> 4 > 5;
    tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420; ip[ip[0]] = 0; ip[(ip[0] & 0xf) * 4] = 0; (ip[2:2] - ((ip[0] & 0xf) << 2)) - ((tcp[12] & 0xf0) >> 2) != 0; 1 = 1;
    1 = 2; 5 > 3; 1 + 1 = 2; ip[0] = ip[0]; ip[0] - ip[0] = 0; ip[1] / 4 = 0; ip[1] % 3 = 1; ip[8] * 2 > 200; ip[8] ^ 64 = 0; ip[8] | 1 = 65; -1 > 0; 0 - 1 = 0xffffffff;
    -ip[8] < 0; ip[8] << 24 > 0x40000000; ip[8] << 32 = 0; ip[8] >> 33 = 0; ip[4:2] << ip[8] = 0; ip[8] / ip[1] = 1; ip[8] % ip[1] = 0; ether[0] / 0 = 1; len / len = 1;
    link[len - 1] = 0; ether[14:4] = 0x45000000; tcp[100] = 0; ip[20:2] = 0x50; ip[1000] = 1; ip[-1] = 0; ip[4294967295] = 1; tcp[-4:2] = 0; 0x10 = 16; 010 = 8; ip[0x8] = 64;
    ip[0:1] = 0x45; (ip[0] = 0x45) and (tcp[0:2] = 80); ip[0] == 0x45; 0x45 = ip[0]; 80 = tcp[2:2]; ip[8] >= 64; ip[8] <= 64; not ip[8] = 64; !(ip[8] > 64); pim[0] = 0x20; vrrp[0] = 0x21;
    igrp[0] = 1; carp[0] = 0x21; atalk[0] = 1; aarp[0] = 0; decnet[0] = 1; lat[0] = 1; sca[0] = 1; moprc[0] = 1; mopdl[0] = 1; ip[ip[ip[0] & 3]] > 5; ip[tcp[0]] = 3;
    byte 0 = 0x45; byte 12 & 8; byte 3 > 5; byte 1 < 9; byte 0 | 1; 5 / 2 = 2; 7 % 4 = 3; 1 << 4 = 16; 6 ^ 3 = 5; (1); 2 - 3 > 0; tcp[20:4] = 1; tcp-syn = 2; icmptype = 0;
    tcp[tcp-ack] = 0; ip[6] & 0x20 != 0 or ip[6:2] & 0x1fff != 0; udp[8:4] & 0x80 = 0; ip[0] + 1 + 2 = 0x48; 3 + ip[0] = 0x48; ip[0] * 0 = 0; ip[0] & 0 = 0; ip[0] >> 0 = 0x45;
    icmp6[icmptype] = 1; icmp[icmp6type] = 8; ip[9] = 6 and ip6[6] = 6; (tcp[12] & 0xf0) >> 2 = len - 34; 2 * (3 + 4) = 14; 2 + 3 * 4 = 14; 8 - 4 - 2 = 2; 16 / 4 / 2 = 2;
    1 | 2 & 4 = 1; 1 << 2 + 1 = 5; 1 + 2 << 1 = 5; 6 & 3 = 2; ip[ 8 : 1 ] = 64; ip [8] = 64; 4294967295 = -1; tcp[4:4] > tcp[8:4]; tcp[4:4] > 0x7fffffff; ip[16:4] >= 0xe0000000`,
  'wrong arithmetic': `
    ip[0; ip[]; ip[0:3] = 1; ip[0:0] = 1; ip[0:8] = 1; ip[0] =; = 5; ip[0] & 5; ip[foo] = 1; foo[0] = 1; 5; 1 / 0 = 1; 1 % 0 = 1; ip[0] / 0 = 1; ip[0] % 0 = 2; ip[0] = 99999999999; tcp[tcpflag] = 1; ah[0] = 1;
    esp[0] = 1; iso[0] = 1; isis[0] = 1; stp[0] = 1; ipx[0] = 1; netbeui[0] = 1; clnp[0] = 1; l1[0] = 1; ip[0] < > 5; ip[0] => 5; ip[0] ! 5; ip[0:ip[0]] = 1; 1 + = 2; (1 + 2; ip[0]]; host[0] = 1; port[0] = 1;
    0x = 1; 0xfg = 1; 08 = 8; 1.2 = 3; ip[1.2] = 3; 1 << 32 = 0; 1 << 33 = 0; 1 >> 40 = 0; byte 0; byte; byte 0 ^ 1; byte foo = 1; byte 0 = foo; ip[0] ~ 5; ip[ip] = 1; tcp[0] = tcp; ip[0:2:2] = 1; ip[0] = 1 = 2;
    ip[0] > 1 > 2; -(ip[0] = 1); not 5; len[0] = 1; vlan[0] = 1; icmp6[8:4:] = 1; ip[99999999999] = 1`,
  combinations: `
    tcp and port 80; tcp && port 80; tcp || udp; ! tcp; not (tcp or udp); tcp and (port 80 or port 443); ((tcp)); (((ip)) and ((tcp))); tcp or udp and port 53; tcp and udp; tcp and not tcp;
    ip or not ip; not not ip; !!tcp; ! ! ip; host 10.0.0.1 and not port 80 and not port 443; port 80 or (443 or 53); (port 80 or 443) and host 10.0.0.1; tcp port 80 and net 10.0.0.0/8; tcp port (80 or 443);
    host (10.0.0.1 or 10.0.0.2); src host (10.0.0.1 or 10.0.0.2) and dst port (80 or 443); src net 10 and not dst net 10; tcp dst port 80 or 443 or 53 and ip; host 10.0.0.1 or port 80; port 80 and host 10.0.0.1 or 10.0.0.2;
    host 10.0.0.1 and not 10.0.0.2; ip host 10.0.0.1 or not 10.0.0.2; tcp port 80 or udp port 53 or icmp or arp; not host 10.0.0.1 or not host 10.0.0.2; host 10.0.0.1 and (tcp or udp) and (port 80 or port 53);
    (ip and tcp) or (ip6 and tcp); tcp and ip6 or udp and ip; src port 80 and dst port 1234 or src port 1234 and dst port 80; icmp or icmp6; icmp and icmp6; arp and port 80; ip and ip6; not (ip and not (tcp and not port 80));
    (tcp[13] & 2 != 0 or tcp[13] & 1 != 0) and not src and dst net 10; ether proto \\ip and host 10.0.0.1; ether broadcast and arp; port 80 and port 443; tcp port 80 and tcp port 80; host 10.0.0.1 or host 10.0.0.1;
    tcp\tand\tport\t80; tcp    and   port 80; (tcp)and(port 80); tcp&&port 80; tcp||udp; !tcp&&!udp; ip and (not tcp); len > 60 and len < 1000 and tcp; (len > 60 or less 40) and not udp; proto 6 or 17; ip proto (6 or 17);
    net 10 or 192.168 or 172.16; src net (10 or 192.168); ether host (00:11:22:33:44:55 or 02:00:00:00:00:01); ether proto (0x0800 or 0x0806); vlan 100 or 200; tcp port http or https or ssh; portrange 1-100 or 443-500;
    tcp and (ip[8] > 60 or ip6[7] > 60) and not (host 10.0.0.1 or 2001:db8::1); not arp and not rarp and not ip and not ip6; dst port 80 or dst host 10.0.0.1; port http and not udp; (((((tcp) and port 80) or udp) and ip) or arp);
    host 10.0.0.1 or src 10.0.0.2 and port 80 or net 192.168; icmp[0] = 8 or icmp[0] = 0 or icmp[0] = 3; tcp[2:2] = 80 or tcp[2:2] = 443 or tcp[0:2] = 80 or tcp[0:2] = 443; not ip or tcp; not tcp or not udp; host 10.0.0.1 && ! 10.0.0.2`,
  'wrong combinations': `
    and; or; not; tcp and; tcp or; and tcp; tcp not; tcp and or udp; (tcp; tcp); (); tcp ); tcp & port 80; tcp | udp; tcp and and udp; not and; tcp AND udp; tcp OR udp; NOT tcp; tcp xor udp; tcp, udp; "tcp"; 'tcp'; tcp.;
    tcp port 80 udp; ip host; (tcp and (udp); tcp))(; tcp #; tcp $; $; @; port 80 443; host 10.0.0.1 10.0.0.2; tcp!; tcp! udp; 80; tcp 80; tcp and 80; and and and; ((((; ip[; ]; :; ::; \\; \\tcp; src; dst; src or; src and dst;
    mask; mask 255.0.0.0; on and; host and; port or 80; (host 10.0.0.1 or) port 80; tcp and (); %; ip%; ~tcp; tcp = 5; port 80 =; not not; host not; vlan and; mpls or; (src host) 10.0.0.1; (tcp port) 80; tcp port 80 or foo; 1 and 2`,
}

/** Groups of at least one expression each; those whose name begins with `wrong` are refused for most link types. */
export const EXPRESSIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['nothing', ['', ' ', '\n']],
  ['long lists', longLists()],
  ...Object.entries(TABLE).map(([group, text]): [string, string[]] => [group, expressionsOf(text)]),
])

function longLists(): string[] {
  const numbers = Array.from({ length: 40 }, (_, number) => number)
  const hosts = [...numbers.map((number) => `10.0.${number}.7`), '192.168.1.2', '10.0.0.1']
  const ports = [...numbers.map((number) => 3000 + number), 80, 53]
  return [
    hosts.map((host) => `host ${host}`).join(' or '),
    `src host ${hosts.join(' or ')}`,
    `ip and not (${hosts.map((host) => `dst ${host}`).join(' or ')})`,
    `arp host ${hosts.join(' or ')} or port 22`,
    `tcp port ${ports.join(' or ')}`,
    `udp dst port (${ports.join(' or ')}) and (${hosts.map((host) => `net ${host}/31`).join(' or ')})`,
    hosts.map((host) => `not host ${host}`).join(' and '),
  ]
}

function expressionsOf(text: string): string[] {
  return text.split(';').map((expression) => expression.trim())
}
