import fc from 'fast-check';
import { seedOf } from './seeds.ts';

fc.configureGlobal({ seed: seedOf('PROPERTY_SEED') });
