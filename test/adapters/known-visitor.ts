import type { LabelledItem } from '../../src/model/profile.ts';

/** A visitor of whom the merchant proved some things, and the client claims one. */
export const knownProfile: readonly LabelledItem[] = [
  { key: 'name', label: '姓名', value: '张三', isProved: true },
  { key: 'phone', label: '电话', value: '13800138000', isProved: true },
  { key: 'email', label: '邮箱', value: 'z@example.com', isProved: true },
  { key: 'avatar', label: '头像', value: 'https://img.example/z.png', isProved: true },
  { key: 'vip', label: '会员等级', value: '3', isProved: true },
  { key: 'page', label: '页面', value: 'pages/cart', isProved: false },
];
