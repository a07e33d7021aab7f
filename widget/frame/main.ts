import { mount } from 'svelte';
import Frame from './Frame.svelte';
import { VisitorChat } from '../client/visitor.ts';
import { platform } from '../client/environment.ts';
(window as any).x = new VisitorChat({env: platform(), base:'', site:'', carrier: null as any, page: ()=>undefined, onChange(){}});
mount(Frame, { target: document.body });
