/** Somebody who writes in the mini-program; made up. */
export interface PretendedVisitor {
  /** The openid: what WeChat calls the visitor, and the bridge tells the helpdesk. */
  readonly id: string;
  readonly name: string;
}

export const visitors: readonly PretendedVisitor[] = [
  { id: 'oSand0box0Visitor0Lin0000001', name: '林晓' },
  { id: 'oSand0box0Visitor0Chen000002', name: '陈阳' },
  { id: 'oSand0box0Visitor0Anna000003', name: 'Anna' },
];
